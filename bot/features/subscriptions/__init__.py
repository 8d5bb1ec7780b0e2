"""Which channel gets which teams' digest, when, and what became of it."""
