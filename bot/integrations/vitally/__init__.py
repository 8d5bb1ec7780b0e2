"""Vitally: accounts with their health, owners and traits, and what happens with them."""
