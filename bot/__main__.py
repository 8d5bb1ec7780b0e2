"""The `ta-bot` command line."""
