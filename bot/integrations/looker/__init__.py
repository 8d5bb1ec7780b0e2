"""Looker: one saved Look with every account's usage, run once a sweep."""
