"""What is drafted for an account's people: for its TA, or as a pool's list of the month. The bot writes to no customer."""
