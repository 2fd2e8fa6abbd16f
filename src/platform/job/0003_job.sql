-- Long work that somebody asked for: one row a job, kept for 90 days after its end for whoever asks how it
-- went.
CREATE TABLE job (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,                 -- in the order they were asked for
    kind TEXT NOT NULL,                -- "list.import"
    worker BYTEA,                      -- who asked; NULL: the program itself
    path TEXT NOT NULL,                -- of the place it concerns, for scope; '' is the whole district
    lang TEXT NOT NULL,                -- zh, en: of whoever asked
    args TEXT NOT NULL,                -- JSON, the kind's own
    state TEXT NOT NULL,               -- queued, running, done, failed, cancelled
    cancel INTEGER NOT NULL,           -- 1: stopping was asked for
    crashes INTEGER NOT NULL,          -- how often the program ended while it ran
    phase TEXT NOT NULL,               -- code of what it does now; '' before the first
    done DOUBLE PRECISION NOT NULL,    -- 0..1, never falls
    checkpoint TEXT,                   -- JSON: where to continue; NULL: from the beginning
    result TEXT,                       -- JSON, the kind's own
    problem TEXT,                      -- JSON {code, status, where, zh, en}, when failed
    queued BIGINT NOT NULL,            -- moments
    started BIGINT,                    -- of its first run
    ended BIGINT,
    PRIMARY KEY (district, id)
) /*clustered*/;

-- job_claim (the oldest that waits), job_recover
CREATE INDEX job_state ON job (district, state, id);
