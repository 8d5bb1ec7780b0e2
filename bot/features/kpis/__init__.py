"""The KPIs of a team or of the organisation: their sums, targets, course and definitions."""
