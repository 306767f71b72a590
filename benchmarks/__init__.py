"""Measures how fast files are loaded, side by side with other ways to do it."""
