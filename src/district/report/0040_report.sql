-- report: a community's evening sheet as it was signed.
CREATE TABLE report (
    district TEXT NOT NULL,
    day INTEGER NOT NULL,
    path TEXT NOT NULL,         -- the community's
    cutoff BIGINT NOT NULL,     -- facts received up to here are in the figures
    figures TEXT NOT NULL,      -- JSON: code -> number, as signed
    remark TEXT,
    signed_by BYTEA NOT NULL,
    signed_at BIGINT NOT NULL,
    verified_by BYTEA,
    verified_at BIGINT,
    PRIMARY KEY (district, day, path)
);
