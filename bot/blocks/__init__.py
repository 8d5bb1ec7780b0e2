"""What can be said in Slack, as plain values."""
