"""What somebody's Slack status says while they are away, with their consent; put back as it was when they return."""
