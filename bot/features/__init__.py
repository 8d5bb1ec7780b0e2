"""Ideas, one folder each: rules, views, use cases, listeners."""
