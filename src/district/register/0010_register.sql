-- register: places, people, duties. Facts first; what is derived is said to be.

-- One tree. `path` is the sort key that scope is cut by: three characters (0-9a-z) for each step below the district, whose own
-- path is ''. A subtree is the range path >= top AND path < top || '~'.
CREATE TABLE place (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,          -- stable; a path may change when a grid is re-drawn
    path TEXT NOT NULL,
    parent BYTEA,               -- NULL for the district alone
    level INTEGER NOT NULL,     -- 0 district 1 street/township 2 community/village 3 grid 4 compound/group 5 building/yard 6 unit 7 household
    kind TEXT NOT NULL,         -- district street township town community village grid compound group building yard unit household
    code TEXT,                  -- official: 6, 9 or 12 digits; a grid's: 12 + '-' + 3
    name TEXT NOT NULL,         -- its own part: '3号楼', '2单元', '501'
    label TEXT NOT NULL,        -- derived: as said at the door, from the compound down: '春华小区3号楼2单元501'
    sound TEXT NOT NULL,        -- derived: initials and pinyin of the name, for search
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,        -- day; NULL: stands
    version INTEGER NOT NULL,
    PRIMARY KEY (district, id)
);
CREATE UNIQUE INDEX place_path ON place (district, path);                -- scope, ancestors
CREATE INDEX place_parent ON place (district, parent, path);             -- children of a place
CREATE INDEX place_code ON place (district, code) WHERE code IS NOT NULL; -- imports name places by code
CREATE INDEX place_label ON place (district, label, path);               -- a list's address finds its door
CREATE INDEX place_level ON place (district, level, path, valid_from, valid_until); -- rosters and roll-ups by level, without the table

-- A person lives at one place: a household, or (state 'provisional') the community or pool that is to find out.
CREATE TABLE person (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    path TEXT NOT NULL,         -- derived: of `place`, for scope
    place BYTEA NOT NULL,
    name TEXT NOT NULL,
    sound TEXT NOT NULL,        -- derived: pinyin without spaces, 'wangwei'
    initials TEXT NOT NULL,     -- derived: 'ww'
    sex INTEGER NOT NULL,       -- GB/T 2261.1
    birth INTEGER,              -- day
    idno_sealed BYTEA,          -- identity number or other paper, sealed
    idno_mark BYTEA,            -- keyed index of its canonical form
    idno_tail TEXT,             -- last four, for the eye
    phone_sealed BYTEA,
    phone_mark BYTEA,
    phone_tail TEXT,
    relation INTEGER,           -- to the head of the household, GB/T 4761; 0 is the head
    state TEXT NOT NULL,        -- living away moved provisional gone
    address TEXT,               -- as given, when the register has no door for it
    note TEXT,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (district, id)
);
CREATE INDEX person_path ON person (district, path, id, state);          -- pages within scope, households; counted without the table
CREATE INDEX person_idno ON person (district, idno_mark) WHERE idno_mark IS NOT NULL; -- search by number; two real duplicates exist in old data
CREATE INDEX person_phone ON person (district, phone_mark) WHERE phone_mark IS NOT NULL; -- search by telephone
CREATE INDEX person_name ON person (district, name, path, id);           -- search by characters: a page's keys without the table
CREATE INDEX person_sound ON person (district, sound, path, id);         -- search by pinyin
CREATE INDEX person_initials ON person (district, initials, path, id);   -- search by initials
CREATE INDEX person_idno_tail ON person (district, idno_tail, path) WHERE idno_tail IS NOT NULL; -- search by the last four
CREATE INDEX person_phone_tail ON person (district, phone_tail, path) WHERE phone_tail IS NOT NULL;
CREATE INDEX person_updated ON person (district, updated);               -- the comparison index follows changes

-- What a correction replaced. `before` is JSON of the old values, sealed.
CREATE TABLE person_change (
    district TEXT NOT NULL,
    person BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    worker BYTEA NOT NULL,
    fields TEXT NOT NULL,       -- names of the fields changed, comma between
    before BYTEA NOT NULL,
    PRIMARY KEY (district, person, id)
);

-- Who answers for a place, from which day to which (包保). Never edited: a new row supersedes.
CREATE TABLE duty (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    place BYTEA NOT NULL,
    path TEXT NOT NULL,         -- derived: of `place`
    worker BYTEA NOT NULL,
    role TEXT NOT NULL,         -- lead help
    from_day INTEGER NOT NULL,
    until_day INTEGER,          -- the first day no longer; NULL: open
    supersedes BYTEA,
    superseded INTEGER NOT NULL, -- derived: 1 when another row supersedes this one
    recorded BIGINT NOT NULL,
    recorded_by BYTEA NOT NULL,
    PRIMARY KEY (district, id)
);
CREATE INDEX duty_worker ON duty (district, worker, superseded);         -- scope at sign-in
CREATE INDEX duty_path ON duty (district, path, superseded);             -- who answers for a place

-- A holder's absence and who stands in; with nobody, the next level up holds the place.
CREATE TABLE absence (
    district TEXT NOT NULL,
    id BYTEA NOT NULL,
    worker BYTEA NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    stand_in BYTEA,
    reason TEXT,
    recorded BIGINT NOT NULL,
    recorded_by BYTEA NOT NULL,
    cancelled INTEGER NOT NULL,
    PRIMARY KEY (district, id)
);
CREATE INDEX absence_worker ON absence (district, worker, from_day);
CREATE INDEX absence_stand_in ON absence (district, stand_in, from_day); -- a stand-in's scope
