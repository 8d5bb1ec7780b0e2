"""Salesforce: accounts with their revenue and owners, and the opportunities that renew them or let them grow."""
