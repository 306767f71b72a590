half AS (
    -- pairs that have a key in common which says much, and those with one that says less, worked
    -- out by two processes at the same time
    SELECT *
    FROM canonical.alike_customers(
        true,
        %(most_with_strong_key)s::integer,
        %(source_systems)s::text[],
        %(only_unmatched)s::boolean,
        %(least_name_similarity)s::double precision,
        %(threshold)s::double precision
    )
    UNION ALL
    SELECT *
    FROM canonical.alike_customers(
        false,
        %(most_with_weak_key)s::integer,
        %(source_systems)s::text[],
        %(only_unmatched)s::boolean,
        %(least_name_similarity)s::double precision,
        %(threshold)s::double precision
    )
),

scored AS (
    -- each pair once, however many keys it has in common
    SELECT DISTINCT *
    FROM half
)
