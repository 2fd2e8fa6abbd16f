-- A worker's corrections of somebody whom they registered at a door: each item once. What it replaced stands in person_change.
CREATE TABLE found_corrected (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,          -- of the item as it was sent
    person BYTEA NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (district, id)
) /*clustered*/;
