"""The vendors' systems, played on loopback: their paging, their limits, their errors, over a small book of records."""
