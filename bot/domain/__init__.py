"""Nouns, and the rules that two features share. Standard library only (and rapidfuzz in matching)."""
