"""What a digest lists: movers, accounts that need attention, the book by TA, category changes, who is out."""
