-- list: files that came in, row by row, and what became of each.

CREATE TABLE list (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,       -- who sends it: 火车站, 公安推送 ...; columns are remembered by source
    programme TEXT NOT NULL,
    received BIGINT NOT NULL,
    worker BYTEA NOT NULL,      -- who brought it
    due BIGINT,                 -- when everyone on it must be reached
    file_name TEXT NOT NULL,
    file_digest BYTEA NOT NULL, -- BLAKE2b of the bytes: the same file again is recognised
    file_bytes BIGINT NOT NULL,
    shape TEXT NOT NULL,        -- JSON: format, encoding, sheet, header, title rows, oddities
    columns TEXT,               -- JSON: kind code per column, as confirmed
    state TEXT NOT NULL,        -- mapping working open closed cancelled failed
    job BYTEA,
    measure TEXT,               -- JSON: what the comparison expects to have got wrong, thresholds
    weights BYTEA,              -- what the comparison learned from this list: a row is explained with what decided it
    -- derived: sums of list_row, kept as rows change; received = matched + new + review + rejected
    n_rows INTEGER NOT NULL,
    n_matched INTEGER NOT NULL,
    n_new INTEGER NOT NULL,
    n_review INTEGER NOT NULL,
    n_rejected INTEGER NOT NULL,
    n_dispatched INTEGER NOT NULL, -- rows whose person has a task (open or ended)
    n_reached INTEGER NOT NULL,    -- rows whose person was seen
    n_closed INTEGER NOT NULL,     -- rows with nothing more to do: reached, or accounted for without
    PRIMARY KEY (district, id)
);
CREATE INDEX list_received ON list (district, received);
CREATE INDEX list_file ON list (district, file_digest);

CREATE TABLE list_row (
    district TEXT NOT NULL,
    list BYTEA NOT NULL,
    row INTEGER NOT NULL,       -- its line in the file
    raw BYTEA NOT NULL,         -- JSON array of the cells as they came, sealed
    mended BYTEA,               -- JSON array of the cells as corrected here, sealed
    name TEXT NOT NULL,
    idno_tail TEXT,
    phone_tail TEXT,
    came_from TEXT,             -- where from and by what, as the list said: the worker at the door asks about it
    outcome TEXT NOT NULL,      -- matched new review rejected
    reason TEXT NOT NULL,       -- code: idno, phone_name, two_close, lost_idno, no_name ...
    probability DOUBLE PRECISION,
    person BYTEA,               -- matched or made new
    candidates TEXT,            -- JSON: [[person, probability], ...] for the reviewer
    print BYTEA NOT NULL,       -- keyed mark of what identifies the row: "not the same" is remembered by it
    enrolment BYTEA,
    path TEXT NOT NULL,         -- where its task is (or the place its address names; '' when neither is known)
    stage TEXT NOT NULL,        -- waiting (for a clerk, or set aside) dispatched reached (seen) closed (accounted for without being seen)
    decided_by BYTEA,           -- a clerk, or NULL: the comparison
    decided_at BIGINT,
    claimed_by BYTEA,           -- the clerk who has it before them
    claimed_until BIGINT,
    PRIMARY KEY (district, list, row)
);
CREATE INDEX list_row_outcome ON list_row (district, list, outcome, row);
CREATE INDEX list_row_path ON list_row (district, list, path, row);      -- a street's rows
CREATE INDEX list_row_enrolment ON list_row (district, enrolment);       -- all five rows close with the task
CREATE INDEX list_row_person ON list_row (district, person);
CREATE INDEX list_row_review ON list_row (district, list, row) WHERE outcome = 'review'; -- the clerks' queue

-- A clerk's decisions, for undo and for the record.
CREATE TABLE decision (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    list BYTEA NOT NULL,
    row INTEGER NOT NULL,
    verdict TEXT NOT NULL,      -- same new ask
    person BYTEA,
    worker BYTEA NOT NULL,
    at BIGINT NOT NULL,
    undone BIGINT,
    PRIMARY KEY (district, id)
);
CREATE INDEX decision_row ON decision (district, list, row);

-- "Not the same", for ever.
CREATE TABLE not_same (
    district TEXT NOT NULL,
    print BYTEA NOT NULL,
    person BYTEA NOT NULL,
    worker BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (district, print, person)
);

-- How a source's columns were read last time.
CREATE TABLE source_columns (
    district TEXT NOT NULL,
    source TEXT NOT NULL,
    header BYTEA NOT NULL,      -- digest of the header
    columns TEXT NOT NULL,      -- JSON: kind code per column
    at BIGINT NOT NULL,
    PRIMARY KEY (district, source, header)
);
