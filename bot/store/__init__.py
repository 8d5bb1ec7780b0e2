"""The book on SQLite (the embedded default) or PostgreSQL."""
