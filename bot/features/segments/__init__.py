"""Which segment and team an account belongs to, by which rule, what if, and where the record drifts."""
