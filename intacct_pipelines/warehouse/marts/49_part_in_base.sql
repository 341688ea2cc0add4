-- What a part of an amount is in base currency: all of it is just the whole's base amount, so that nothing is left over.
CREATE FUNCTION marts.part_in_base(part numeric, whole numeric, whole_base numeric, rate numeric, base_currency text)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN part = whole THEN whole_base
        WHEN part = 0 THEN 0
        ELSE round(part * coalesce(rate, whole_base / nullif(whole, 0), 1), marts.minor_digits(base_currency))
    END
$$;
