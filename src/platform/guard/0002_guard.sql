-- guard: what the store says of itself; accounts, sessions, throttling, audit. Moments are milliseconds since 1970 (UTC).

CREATE TABLE meta (
    key TEXT NOT NULL,          -- demo district zone key
    value TEXT NOT NULL,
    PRIMARY KEY (key)
)/*clustered*/;

-- A worker may hold duties without having an account (login NULL). The telephone is the duty's: it hangs on the door notice.
CREATE TABLE worker (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    login TEXT,                 -- lower case
    name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,         -- worker community street district data clerk keeper
    active INTEGER NOT NULL,    -- 1 or 0
    demo INTEGER NOT NULL,      -- 1: the password was made by the demo
    password_hash TEXT,         -- Argon2id; NULL: cannot sign in
    password_changed BIGINT,
    created BIGINT NOT NULL,
    PRIMARY KEY (district, id)
);
CREATE UNIQUE INDEX worker_login ON worker (district, login);   -- signing in
CREATE INDEX worker_name ON worker (district, name, id);        -- the page of accounts

CREATE TABLE session (
    district TEXT NOT NULL,
    mark BYTEA NOT NULL,        -- BLAKE2b-256 of the cookie's secret, which is stored nowhere
    id BYTEA NOT NULL,
    worker BYTEA NOT NULL,
    created BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,  -- up to ten minutes behind
    expires BIGINT NOT NULL,    -- absolute
    PRIMARY KEY (district, mark)
);
CREATE INDEX session_worker ON session (district, worker, created);  -- ending them
CREATE INDEX session_expires ON session (district, expires);         -- sweeping

-- Failed attempts, by account and by client. Marks are keyed: neither a login nor an address can be read from them.
CREATE TABLE login_attempt (
    district TEXT NOT NULL,
    kind TEXT NOT NULL,         -- account client
    mark BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    last BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (district, kind, mark)
);
CREATE INDEX login_attempt_last ON login_attempt (district, last);   -- sweeping

-- Who did what to whom, and why. Only appended.
CREATE TABLE audit (
    district TEXT NOT NULL,
    at BIGINT NOT NULL,
    id BYTEA NOT NULL,
    worker BYTEA,               -- NULL: nobody signed in
    role TEXT,                  -- at that moment
    verb TEXT NOT NULL,         -- of the route: person.read ...; person.read.refused
    route TEXT NOT NULL,        -- method and pattern
    person BYTEA,               -- whose record; NULL: no one person's
    what TEXT,
    reason TEXT,
    path TEXT,                  -- where: for those who read the audit of a place
    request BYTEA,              -- request id
    PRIMARY KEY (district, at, id)
)/*clustered*/;
CREATE INDEX audit_person ON audit (district, person, at, id) WHERE person IS NOT NULL;  -- who looked at this person
CREATE INDEX audit_worker ON audit (district, worker, at, id);                           -- what did this worker do
