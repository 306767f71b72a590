"""Tries again what was rejected: quarantined records, or whole files."""
