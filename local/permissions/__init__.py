"""Compares what each role of the stacks allows with what was called with it."""
