"""Users' SQL, judged by PostgreSQL's own grammar before it is run.

Whatever is not listed as allowed is refused: kinds of syntax, functions, operators, types and
schemas. The second layer is the role that runs the query: docs/custom-sql.md has both.
"""
