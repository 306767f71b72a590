-- In the braces stands the user's query, after the guard has let it pass. The inner LIMIT also
-- keeps its values from being computed once more for their size.
SELECT answer.*
FROM (
    SELECT asked.*
    FROM (
{query}
    ) AS asked
    LIMIT %(row_limit)s
) AS answer
WHERE CASE
    WHEN pg_column_size(answer) <= 1000000 THEN true
    ELSE extensions.refuse_large_row()
END
