"""The five CSV files."""
