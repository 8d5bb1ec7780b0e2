"""Asking the team that serves an account."""
