"""Gives the database's roles new passwords when Secrets Manager asks for it."""
