"""Account health: the card, the book of business, the category changes."""
