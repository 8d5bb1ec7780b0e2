"""Zendesk: the tickets of each account, and which organization is whose."""
