"""Many accounts by segment or team: mine, a tier, a team, and where the record drifts from the rules."""
