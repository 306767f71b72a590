-- customers: whether they can be reached, and whether systems say the same of those they share
    SELECT 'customers' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(record.email) AS with_email,
            count(record.phone) AS with_phone,
            count(united.unified_id) AS known_to_several,
            array_agg(record.id) FILTER (WHERE num_nonnulls(record.email, record.phone) = 0)
                AS unreachable,
            array_agg(record.id) FILTER (WHERE record.country IS NULL) AS without_country,
            array_agg(record.id) FILTER (WHERE record.email NOT LIKE '%%_@_%%._%%') AS no_address,
            array_agg(record.id) FILTER (WHERE record.phone IS NOT NULL AND record.phone_key IS NULL)
                AS no_number,
            array_agg(record.id) FILTER (WHERE other.has_its_email) AS with_shared_email,
            array_agg(record.id) FILTER (WHERE united.countries_differ) AS in_several_countries,
            array_agg(record.id) FILTER (WHERE united.tax_ids_differ) AS with_several_tax_ids,
            array_agg(record.id) FILTER (
                WHERE record.source_updated_at < %(as_of)s::date - %(max_age_days)s::integer
            ) AS unchanged
        FROM {sampled}
        LEFT JOIN LATERAL (
            -- whether another customer of the system has its address
            SELECT true AS has_its_email
            FROM canonical.customers AS namesake
            WHERE namesake.email_key = record.email_key
                AND namesake.source_system = record.source_system
                AND namesake.id <> record.id
                AND namesake.deleted_at IS NULL
            LIMIT 1
        ) AS other ON true
        LEFT JOIN LATERAL (
            -- where several systems know the customer, whether these tell the same of it; looked up
            -- by index, since of a sample few are asked for
            SELECT
                min(mine.unified_id) AS unified_id,
                min(told.country) <> max(told.country) AS countries_differ,
                min(upper(translate(told.tax_id, ' .-/', '')))
                    <> max(upper(translate(told.tax_id, ' .-/', ''))) AS tax_ids_differ
            FROM canonical.joined_customers AS mine
            JOIN canonical.joined_customers AS member ON member.unified_id = mine.unified_id
            JOIN canonical.customers AS told ON told.id = member.customer_id
            WHERE mine.customer_id = record.id AND told.deleted_at IS NULL
            HAVING min(told.source_system) <> max(told.source_system)
        ) AS united ON true
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'contact_details', 'It has an e-mail address or a telephone number.',
                records, unreachable),
            ('completeness', 'country', 'It has a country.', records, without_country),
            ('validity', 'email', 'Its e-mail address has the form of one.', with_email, no_address),
            ('validity', 'phone', 'Its telephone number can be called.', with_phone, no_number),
            ('uniqueness', 'email', 'No other customer of the system has its e-mail address.',
                with_email, with_shared_email),
            ('consistency', 'country', 'All systems that know the customer agree on its country.',
                known_to_several, in_several_countries),
            ('consistency', 'tax_id', 'All systems that know the customer agree on its tax id.',
                known_to_several, with_several_tax_ids),
            ('timeliness', 'changed_recently', 'Its source changed it within max_age_days.',
                records, unchanged)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
