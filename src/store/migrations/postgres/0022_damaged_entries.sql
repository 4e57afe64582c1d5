-- Step 0026 reads every entry of the audit log, and one that is no JSON would stop it. Its text is kept whole
-- as one JSON text: it cannot be read as an entry, as before. It comes after 0026 where that was done already,
-- and finds nothing then.
CREATE FUNCTION pg_temp.can_be_read(entry TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
    PERFORM replace(entry, '\u0000', '\ufffd')::jsonb;
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END
$$;
UPDATE audit SET record = to_json(record)::text WHERE NOT pg_temp.can_be_read(record);
DROP FUNCTION pg_temp.can_be_read(TEXT);
