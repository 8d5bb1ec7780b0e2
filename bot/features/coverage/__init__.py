"""Time off: the coverage plan, those who agree to it, and those who hear of it."""
