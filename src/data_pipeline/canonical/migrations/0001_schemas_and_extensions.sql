-- What the business knows, and how it got there, apart from each other: the reader of one
-- sees nothing of the other.
CREATE SCHEMA canonical;
CREATE SCHEMA ingest;
CREATE SCHEMA extensions;

-- All three are trusted: the owner of the database may create them without being superuser.
CREATE EXTENSION pg_trgm WITH SCHEMA extensions;
CREATE EXTENSION unaccent WITH SCHEMA extensions;
CREATE EXTENSION btree_gin WITH SCHEMA extensions;

-- ISO 4217, alphabetic.
CREATE DOMAIN canonical.currency_code AS text CHECK (VALUE ~ '^[A-Z]{3}$');

-- ISO 3166-1, alpha-2.
CREATE DOMAIN canonical.country_code AS text CHECK (VALUE ~ '^[A-Z]{2}$');
