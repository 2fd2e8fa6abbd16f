-- programme: who must be reached by when, what was found, and the sums.

-- Someone enrolled in a programme. For a programme with one round (list follow-up) this is the task itself.
CREATE TABLE enrolment (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    programme TEXT NOT NULL,    -- code of the programme: 'list_follow_up'
    person BYTEA NOT NULL,
    path TEXT NOT NULL,         -- the place that is to reach them; shorter than a grid's: in that place's pool
    worker BYTEA,               -- named by an officer; NULL: whoever holds the place
    opened BIGINT NOT NULL,
    due BIGINT NOT NULL,
    state TEXT NOT NULL,        -- open done excused passed (sent on to another place; `next` goes on)
    result TEXT,                -- of the observation that ended it: seen moved never refused away ...
    closed BIGINT,
    observation BYTEA,          -- the fact that ended it
    previous BYTEA,             -- the enrolment that was sent on to here
    tries INTEGER NOT NULL,     -- times nobody was home
    PRIMARY KEY (district, id)
);
CREATE UNIQUE INDEX enrolment_open ON enrolment (district, programme, person) WHERE state = 'open'; -- on five lists, visited once
CREATE INDEX enrolment_path ON enrolment (district, state, path, id, due, worker); -- a place's open tasks, in walking order; counted without the table
CREATE INDEX enrolment_worker ON enrolment (district, worker, state, path, id) WHERE worker IS NOT NULL; -- given to somebody by name
CREATE INDEX enrolment_previous ON enrolment (district, previous) WHERE previous IS NOT NULL; -- where it was sent on to
CREATE INDEX enrolment_person ON enrolment (district, person, opened);
CREATE INDEX enrolment_due ON enrolment (district, state, due, path, id);  -- who is late, when few are

-- What happened. Appended, never edited; the id was made where it happened, so twice sent is once counted.
CREATE TABLE observation (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,         -- when it happened, by the recorder's clock
    received BIGINT NOT NULL,
    worker BYTEA NOT NULL,      -- who recorded it
    programme TEXT NOT NULL,
    round INTEGER,              -- day, for a programme with daily rounds
    enrolment BYTEA,
    person BYTEA,               -- whom it is about, or
    place BYTEA,                -- which household
    path TEXT NOT NULL,         -- where, when it was stored
    result TEXT NOT NULL,       -- seen not_home moved never refused normal fever symptoms ... withdrawn
    effect TEXT NOT NULL,       -- what the programme says of it: done excused tried passed none withdrawn
    temperature INTEGER,        -- tenths of a degree Celsius
    body TEXT,                  -- JSON: the rest of the form
    supersedes BYTEA,           -- the observation this one corrects
    digest BYTEA NOT NULL,      -- of the content, to tell a repeat from a reuse of the id
    PRIMARY KEY (district, id)
);
CREATE INDEX observation_person ON observation (district, person, at) WHERE person IS NOT NULL; -- a person's timeline
CREATE INDEX observation_place ON observation (district, place, round) WHERE place IS NOT NULL; -- a household's rounds, when one is corrected
CREATE INDEX observation_supersedes ON observation (district, supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX observation_received ON observation (district, received);   -- late facts after a report was signed

-- derived: the answer of each household in each daily round: of the facts not superseded, reached before tried, then the latest.
-- Not yet reached = roster without an answer.
CREATE TABLE answer (
    district TEXT NOT NULL,
    programme TEXT NOT NULL,
    round INTEGER NOT NULL,
    path TEXT NOT NULL,         -- the household's
    observation BYTEA NOT NULL,
    state TEXT NOT NULL,        -- done excused tried
    result TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (district, programme, round, path)
) /*clustered*/;

-- derived: sums at every place down to the grid, kept as facts arrive. For daily rounds `round` is the day; for list follow-up
-- it is the hour (moment of `due` / 3,600,000), so that late and not yet late are told apart without reading tasks.
-- due = done + excused + (open or overdue by the clock).
CREATE TABLE tally (
    district TEXT NOT NULL,
    programme TEXT NOT NULL,
    round INTEGER NOT NULL,
    level INTEGER NOT NULL,
    path TEXT NOT NULL,
    due INTEGER NOT NULL,
    done INTEGER NOT NULL,
    excused INTEGER NOT NULL,
    PRIMARY KEY (district, programme, round, level, path)
) /*clustered*/;

-- derived: answers by clock hour of their day, for the day's curve. `level` 0..2 only.
CREATE TABLE tally_hour (
    district TEXT NOT NULL,
    programme TEXT NOT NULL,
    day INTEGER NOT NULL,
    path TEXT NOT NULL,
    hour INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (district, programme, day, path, hour)
) /*clustered*/;

-- What must be looked at now: a fever, a symptom.
CREATE TABLE alarm (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,          -- of the observation that raised it
    kind TEXT NOT NULL,         -- fever symptoms
    person BYTEA,
    place BYTEA,
    path TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,        -- open taken closed
    taken_by BYTEA,
    taken_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (district, id)
);
CREATE INDEX alarm_open ON alarm (district, state, path, at);
