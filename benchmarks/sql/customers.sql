-- Seven in ten are businesses and persons of their own; the others are the records that a second
-- system has of some of these. Of the second records seven in ten have the same e-mail address,
-- some the same telephone number, and the others only a name that is almost the same.
INSERT INTO canonical.customers (
    source_system, source_id, customer_type, name, name_key, legal_name, email, phone,
    phone_key, website, industry, segment, status, tax_id, street, city, region, postal_code,
    country, employee_count, annual_revenue, annual_revenue_currency, attributes,
    source_created_at, source_updated_at, deleted_at, file_id, object_modified_at,
    object_version_id
)
WITH vocabulary AS (
    -- what names and places are made of
    SELECT
        ARRAY(SELECT jsonb_array_elements_text(words -> 'first_names')) AS first_names,
        ARRAY(SELECT jsonb_array_elements_text(words -> 'name_second')) AS trades,
        ARRAY(SELECT jsonb_array_elements_text(words -> 'industries')) AS industries,
        ARRAY(SELECT jsonb_array_elements_text(words -> 'streets')) AS streets,
        ARRAY(SELECT jsonb_array_elements_text(words -> 'tags')) AS tags,
        ARRAY(SELECT jsonb_array_elements(words -> 'places')) AS places,
        ARRAY['Enterprise', 'Mid-Market', 'Small Business', 'Startup'] AS segments,
        ARRAY['crm', 'erp', 'hubspot', 'salesforce', 'sap', 'shopify', 'stripe'] AS systems
    FROM (SELECT %(words)s::jsonb AS words) AS given
),
numbered AS (
    -- who it is, and whether it is the record that a second system has
    SELECT
        number,
        CASE WHEN number <= own.most THEN number ELSE (number - own.most) * 2 END AS who,
        number > own.most AS is_second
    FROM generate_series(1, %(customers)s::bigint) AS number
    CROSS JOIN (SELECT %(customers)s::bigint * 7 / 10 AS most) AS own
),
described AS (
    -- what both records of one know alike
    SELECT
        numbered.*,
        who %% 5 = 0 AS is_person,
        CASE
            WHEN is_second THEN 1 + (who + 1 + who / 7 %% 6) %% 7
            ELSE 1 + who %% 7
        END AS system_number,
        CASE WHEN is_second THEN pg_temp.draw(who, 'likeness') ELSE 0 END AS likeness,
        CASE
            WHEN who %% 5 = 0
                THEN first_names[pg_temp.pick(who, 'first name', cardinality(first_names))]
                    || ' ' || pg_temp.word(who, 'name')
            ELSE pg_temp.word(who, 'name')
                || ' ' || trades[pg_temp.pick(who, 'trade', cardinality(trades))]
        END AS name,
        places[pg_temp.pick(who, 'place', cardinality(places))] AS place,
        %(last_day)s::date - pg_temp.draw(who, 'created') * interval '5 years'
            AS source_created_at
    FROM numbered
    CROSS JOIN vocabulary
),
dated AS (
    -- changed some time after it was made
    SELECT
        described.*,
        CASE
            WHEN likeness < 0.85 THEN name
            WHEN likeness < 0.93 THEN overlay(name PLACING '' FROM 4 FOR 1)
            ELSE name || ' ' || (place ->> 'city')
        END AS known_as,
        %(last_day)s::date - pg_temp.draw(number, 'updated') ^ 2 * interval '700 days'
            AS source_updated_at
    FROM described
)
SELECT
    systems[system_number],
    'CUS-' || lpad(number::text, 7, '0'),
    CASE WHEN is_person THEN 'person' ELSE 'company' END,
    known_as,
    ingest.name_key(known_as),
    CASE WHEN NOT is_person THEN name || ' ' || (place ->> 'legal') END,
    CASE
        WHEN likeness < 0.7
            THEN format('buyer%%s@%%s%%s.example', who, lower(pg_temp.word(who, 'name')), who)
        WHEN likeness > 0.9 THEN format('desk%%s@mail.example', number)
    END,
    CASE WHEN likeness < 0.85 THEN (place ->> 'phone') || ' ' || 20000000 + who * 7 END,
    CASE
        WHEN likeness < 0.85
            THEN translate(place ->> 'phone', ' ', '') || 20000000 + who * 7
    END,
    CASE WHEN NOT is_person THEN format('https://www.%%s.example', who) END,
    CASE
        WHEN NOT is_person AND pg_temp.draw(number, 'has industry') < 0.85
            THEN industries[pg_temp.pick(who, 'industry', cardinality(industries))]
    END,
    CASE
        WHEN pg_temp.draw(number, 'has segment') < 0.9
            THEN segments[pg_temp.pick(who, 'segment', cardinality(segments))]
    END,
    (ARRAY['active', 'active', 'active', 'prospect', 'inactive', 'churned'])
        [pg_temp.pick(number, 'status', 6)],
    CASE
        WHEN NOT is_person AND pg_temp.draw(number, 'has tax id') < 0.4
            THEN (place ->> 'country') || 100000000 + who
    END,
    pg_temp.pick(who, 'house', 199) || ' ' || streets[pg_temp.pick(who, 'street', 12)],
    place ->> 'city',
    place ->> 'region',
    (place ->> 'postal') || lpad((who %% 100)::text, 2, '0'),
    CASE WHEN pg_temp.draw(number, 'has country') < 0.97 THEN place ->> 'country' END,
    CASE WHEN NOT is_person THEN (10 ^ (4 * pg_temp.draw(who, 'employees')))::bigint END,
    CASE
        WHEN NOT is_person AND pg_temp.draw(number, 'has revenue') < 0.6
            THEN round((10 ^ (5 + 4 * pg_temp.draw(who, 'revenue')))::numeric, 2)
    END,
    place ->> 'currency',
    jsonb_strip_nulls(jsonb_build_object(
        'tags', jsonb_build_array(tags[pg_temp.pick(number, 'tag', 6)]),
        'score', pg_temp.pick(number, 'score', 100),
        'newsletter', CASE WHEN number %% 3 = 0 THEN pg_temp.draw(number, 'newsletter') < 0.5 END,
        'billing', CASE
            WHEN number %% 4 = 0
                THEN jsonb_build_object('terms', 'net-' || 15 * pg_temp.pick(number, 'terms', 4))
        END
    )),
    least(source_created_at, source_updated_at),
    source_updated_at,
    CASE WHEN pg_temp.draw(number, 'deleted') < 0.005 THEN source_updated_at END,
    file.id,
    file.object_modified_at,
    'v1'
FROM dated
CROSS JOIN vocabulary
JOIN ingest.files AS file
    ON file.bucket = 'sales'
    AND file.source = systems[system_number]
    AND file.key = format(
        '%%s-data/%%s.ndjson', systems[system_number], to_char(source_updated_at, 'YYYY-MM')
    )
ORDER BY number;

ANALYZE canonical.customers;
