(
        -- The row of an incoming record's key. One look at the index of keys for each, whatever
        -- number the planner takes them for: a source that is new is in no statistics, so if the
        -- planner knew its name, any index that begins with the source would seem as good as that
        -- of the keys. OFFSET keeps it from being joined in another way.
        SELECT *
        FROM canonical.{table}
        WHERE source_system = (SELECT %(source)s) AND source_id = incoming.source_id
        OFFSET 0
    )