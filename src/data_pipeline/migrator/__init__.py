"""Brings the database to its newest schema, and its roles to their rights and passwords."""
