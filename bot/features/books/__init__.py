"""Books of business: a TA's accounts or a team's pool as a table, and the category changes in them."""
