"""Typed SQL questions over the canonical data, answered at once."""
