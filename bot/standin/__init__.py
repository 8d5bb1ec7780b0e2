"""A local Slack workspace to play in and to test against."""
