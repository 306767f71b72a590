"""One module for each source system: what arrives, and how it becomes canonical.

Nothing here knows a database, a file or a queue: a record's bytes go in, entities come out.
"""
