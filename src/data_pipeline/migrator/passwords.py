"""Gives the database's roles the passwords that their secrets say."""

import psycopg
from psycopg import sql


def set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """Sets a role's password by its SCRAM verifier, so that no log of the server has the password.

    Raises:
        psycopg.errors.InsufficientPrivilege: the connection's role did not create this one.
    """
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("ALTER ROLE {role} PASSWORD {verifier}").format(
            role=sql.Identifier(role), verifier=sql.Literal(verifier)
        )
    )
