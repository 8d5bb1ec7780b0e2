"""Deel: who is away, from when to when. Never why: reasons, descriptions and kinds of leave are not read at all."""
