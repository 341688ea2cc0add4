-- The fields that each object has in each company: what custom fields are found by.

CREATE TABLE ops.source_field (
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    field text NOT NULL,
    position integer NOT NULL,
    is_custom boolean NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, object, field)
);
COMMENT ON TABLE ops.source_field IS 'Fields of the source''s objects, as the source listed them when it was last asked.';
COMMENT ON COLUMN ops.source_field.is_custom IS 'Whether the company made the field itself; such fields are loaded into custom_fields.';
COMMENT ON COLUMN ops.source_field.read_at IS 'When the source was asked: at a table''s first load, in each sweep, and when a query says that a field is unknown.';
