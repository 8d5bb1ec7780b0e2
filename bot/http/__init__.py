"""How every vendor is called: one client, one budget a vendor, one reading of what goes wrong."""
