"""Systems and files that the book is filled from, one folder each."""
