"""The weekly KPI digest of a channel."""
