-- The same numbers for the same size on every machine: what is drawn depends on the row's own
-- number alone, not on the order in which rows are made.

-- Evenly distributed over 0 <= x < 1, by a row's number and what is drawn for it.
CREATE FUNCTION pg_temp.draw(number bigint, of text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(number, hashtextextended(of, 0)) & 9007199254740991)
    / 9007199254740992.0::double precision;

-- A whole number from 1 to `most`.
CREATE FUNCTION pg_temp.pick(number bigint, of text, most integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + floor(pg_temp.draw(number, of) * most)::integer;

-- A made-up word of three syllables, so that names are as different as real ones.
CREATE FUNCTION pg_temp.word(number bigint, of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN initcap(
    (ARRAY['bra', 'cor', 'del', 'fen', 'gal', 'har', 'jun', 'kel', 'lor', 'mar', 'nor', 'or',
        'pel', 'quin', 'ros', 'sal', 'tor', 'ul', 'ver', 'wes', 'xan', 'yor', 'zen', 'al', 'ber',
        'cam', 'dor', 'el', 'fal', 'gre'])[pg_temp.pick(number, of || '1', 30)]
    || (ARRAY['a', 'e', 'i', 'o', 'u', 'an', 'en', 'in', 'on', 'un', 'ar', 'er', 'ir', 'or', 'ur',
        'al', 'el', 'il', 'ol', 'ul'])[pg_temp.pick(number, of || '2', 20)]
    || (ARRAY['ba', 'dan', 'fex', 'gor', 'hill', 'ko', 'lund', 'mont', 'nia', 'pol', 'rix', 'sen',
        'ta', 'vik', 'wood', 'xis', 'ya', 'zar', 'stad', 'ton', 'ville', 'berg', 'mark', 'land',
        'field', 'dale', 'burg', 'nova', 'tec', 'ria'])[pg_temp.pick(number, of || '3', 30)]
);
