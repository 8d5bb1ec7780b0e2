"""One HTTP client for every vendor."""
