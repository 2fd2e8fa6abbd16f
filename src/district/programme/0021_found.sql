-- Whom a worker registered at a door: only that can be withdrawn, and only by the one who did it.
CREATE TABLE found (
    district TEXT NOT NULL,
    person BYTEA NOT NULL,
    worker BYTEA NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (district, person)
) /*clustered*/;
