"""Ratios against references that are measured in the same run: `python -m benchmarks`, or `make bench`.

names.py book.py   what is measured on: 100,000 invented accounts
lookup.py          typo and exact look-ups, beside a Jaro-Winkler scan and raw sqlite3
writes.py          writing and importing, beside raw sqlite3
requests.py        signed /account-health requests, beside two Bolt apps (wire.py, slack.py, servers.py)
starting.py        cold start and memory, beside a process that only imports the same libraries
report.py          what is printed
"""
