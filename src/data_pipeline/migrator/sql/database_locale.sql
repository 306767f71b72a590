SELECT datlocprovider::text, coalesce(datlocale, datcollate), pg_encoding_to_char(encoding)
FROM pg_database
WHERE datname = %s
