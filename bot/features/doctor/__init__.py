"""What is set up wrong, and the cure for each."""
