-- The legal entity of every location: the first entity on the way up from it.
CREATE VIEW marts.location_entity AS
WITH RECURSIVE way AS (
    SELECT company_id, location_id, location_id AS at, parent_id, 0 AS hops
    FROM company.location
    WHERE NOT _deleted
    UNION ALL
    SELECT way.company_id, way.location_id, above.location_id, above.parent_id, way.hops + 1
    FROM way
    JOIN company.location AS above
        ON above.company_id = way.company_id AND above.location_id = way.parent_id AND NOT above._deleted
    WHERE way.hops < 50
)
SELECT DISTINCT ON (way.company_id, way.location_id) way.company_id, way.location_id, entity.entity_id
FROM way
JOIN company.entity AS entity
    ON entity.company_id = way.company_id AND entity.entity_id = way.at AND NOT entity._deleted
ORDER BY way.company_id, way.location_id, way.hops;
