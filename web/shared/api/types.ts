// Made by `npm run types` from src/app/api_schemas.json. Do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What may be known before signing in. */
        About: {
            demo: boolean;
            /** @description Empty unless this is a demo */
            demo_accounts: components["schemas"]["DemoAccount"][];
            /** @description Null unless this is a demo */
            demo_password: string | null;
            district: string;
            district_name: string;
            version: string;
        };
        /** @description Leave, with the stand-in. */
        Absence: {
            /** Format: date */
            from: string;
            /** Format: uuid */
            id: string;
            reason: string | null;
            /** Format: uuid */
            stand_in: string | null;
            stand_in_name: string | null;
            /** Format: date */
            until: string;
            /** Format: uuid */
            worker: string;
            worker_name: string;
        };
        /** @description Leave within scope. */
        AbsencePage: {
            items: components["schemas"]["Absence"][];
            next: string | null;
        };
        /** @description A new leave. */
        AbsenceWrite: {
            /** Format: date */
            from: string;
            reason?: string | null;
            /** Format: uuid */
            stand_in?: string | null;
            /** Format: date */
            until: string;
            /** Format: uuid */
            worker: string;
        };
        /** @description A worker's account. */
        Account: {
            active: boolean;
            demo: boolean;
            /** Format: uuid */
            id: string;
            login: string | null;
            name: string;
            phone: string | null;
            role: string;
        };
        /** @description Accounts. */
        AccountPage: {
            items: components["schemas"]["Account"][];
            next: string | null;
        };
        /** @description A new account, or a change. */
        AccountWrite: {
            active?: boolean;
            login?: string | null;
            name?: string;
            password?: string;
            phone?: string | null;
            role?: string;
        };
        /** @description Needs somebody now. */
        Alarm: {
            /** Format: date-time */
            at: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "fever" | "symptoms";
            outcome: string | null;
            person: components["schemas"]["PersonRow"] | null;
            place: components["schemas"]["PlaceRef"];
            /** @enum {string} */
            state: "open" | "taken" | "closed";
            taken_by: string | null;
            temperature: number | null;
        };
        /** @description Take it, or close it with what was done. */
        AlarmAct: {
            /** @enum {string} */
            action: "take" | "close";
            outcome?: string;
        };
        /** @description Alarms. */
        AlarmPage: {
            items: components["schemas"]["Alarm"][];
            next: string | null;
        };
        /** @description Give tasks to a worker, or to a place. */
        Assign: {
            /** Format: uuid */
            place?: string;
            tasks: string[];
            /** Format: uuid */
            worker?: string;
        };
        /** @description How many went. */
        Assigned: {
            assigned: number;
            /** @description How each that went was held: for taking it back. */
            before: components["schemas"]["AssignedBefore"][];
            refused: components["schemas"]["Refusal"][];
        };
        /** @description How a task was held before it was given. */
        AssignedBefore: {
            path: string;
            /** Format: uuid */
            task: string;
            /** Format: uuid */
            worker: string | null;
        };
        /** @description Take an assignment back: `before` of its answer. */
        AssignUndo: {
            before: components["schemas"]["AssignedBefore"][];
        };
        /** @description The audit, newest first. */
        AuditPage: {
            items: components["schemas"]["AuditRow"][];
            next: string | null;
        };
        /** @description One entry of the audit. */
        AuditRow: {
            /** Format: date-time */
            at: string;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            person: string | null;
            place: string | null;
            reason: string | null;
            request: string;
            verb: string;
            what: string | null;
            /** Format: uuid */
            worker: string | null;
            worker_name: string | null;
        };
        /** @description A person of the register who may be the row's. */
        Candidate: {
            address: string | null;
            /** Format: date */
            birth: string | null;
            evidence: components["schemas"]["Evidence"][];
            person: components["schemas"]["PersonRow"];
            probability: number;
            sentence: string;
        };
        /** @description An arithmetic promise, held against the store. */
        CheckResult: {
            advice: string;
            code: string;
            count: number;
            ok: boolean;
            /** @description The first of them, when it does not hold */
            rows: string[];
            title: string;
        };
        /** @description All checks. */
        Checks: {
            /** Format: date-time */
            as_of: string;
            items: components["schemas"]["CheckResult"][];
            ok: boolean;
        };
        /** @description A fact that came after a day was signed: shown on the next report. */
        Correction: {
            code: string;
            /** Format: date */
            day: string;
            label: string;
            now: number;
            signed: number;
        };
        /** @description The id of what was made. */
        Created: {
            /** Format: uuid */
            id: string;
        };
        /** @description The decision, for undo. */
        Decided: {
            /** Format: uuid */
            decision: string;
            left: number;
        };
        /** @description An account that the demo made, for the sign-in page; its password is About.demo_password. */
        DemoAccount: {
            login: string;
            name: string;
            /** @description Name of the place of its duty */
            place?: string;
            role: string;
        };
        /** @description Nothing more to say. */
        Done: {
            ok: boolean;
        };
        /** @description Who answers for a place, from when to when. */
        Duty: {
            current: boolean;
            /** Format: date */
            from: string;
            /** Format: uuid */
            id: string;
            place: components["schemas"]["PlaceRef"];
            /** Format: date-time */
            recorded: string;
            recorded_by: string;
            /** @enum {string} */
            role: "lead" | "help";
            /** Format: date */
            until: string | null;
            /** Format: uuid */
            worker: string;
            worker_name: string;
        };
        /** @description The first day on which it no longer holds. */
        DutyEnd: {
            /** Format: date */
            until: string;
        };
        /** @description A grid, or a household, that nobody below its community holds; or held twice. */
        DutyGap: {
            /** @description Overlap: who. Gap: who holds it meanwhile. */
            holders: string[];
            households: number;
            /** @enum {string} */
            kind: "gap" | "overlap";
            place: components["schemas"]["PlaceRef"];
            /**
             * Format: date
             * @description Gap: when it ends, if known.
             */
            until: string | null;
        };
        /** @description Gaps and overlaps of duties. */
        DutyGapPage: {
            items: components["schemas"]["DutyGap"][];
            next: string | null;
        };
        /** @description Duties. */
        DutyPage: {
            items: components["schemas"]["Duty"][];
            next: string | null;
        };
        /** @description A new duty. */
        DutyWrite: {
            /** Format: date */
            from: string;
            /** Format: uuid */
            place: string;
            /** @enum {string} */
            role: "lead" | "help";
            /** Format: date */
            until?: string | null;
            /** Format: uuid */
            worker: string;
        };
        /** @description One field of a comparison. */
        Evidence: {
            field: string;
            kind: string;
            left: string;
            level: string;
            right: string;
            share: number;
            weight: number;
            words: string;
        };
        /** @description One observation in a timeline. */
        Fact: {
            /** Format: date-time */
            at: string;
            /** @description The rest of the form: came_from, came_on, transport, companions, note, moved_to ... */
            body: {
                [key: string]: unknown;
            };
            /** Format: uuid */
            id: string;
            programme: string;
            /** Format: date-time */
            received: string;
            result: string;
            superseded: boolean;
            /** Format: uuid */
            supersedes: string | null;
            temperature: number | null;
            worker: string;
        };
        /** @description A door: who lives there and what is due. */
        FieldDoor: {
            /** @description Building and unit, or village group: doors fold under it */
            group: string;
            label: string;
            path: string;
            people: components["schemas"]["FieldPerson"][];
            /** Format: uuid */
            place: string;
            /** @description Today's screening of this household */
            screening: ("open" | "done" | "excused" | "tried") | null;
            screening_result: string | null;
            tasks: components["schemas"]["FieldTask"][];
        };
        /** @description A person at a door. */
        FieldPerson: {
            age: number | null;
            /** Format: uuid */
            id: string;
            name: string;
            phone_tail: string | null;
            relation: number | null;
            sex: number;
            state: string;
        };
        /** @description A task at a door. */
        FieldTask: {
            /** @description What the list said, when it did */
            came_from: string | null;
            /** Format: date-time */
            due: string;
            /** Format: uuid */
            id: string;
            lists: string[];
            /** Format: uuid */
            person: string;
            programme: string;
            result: string | null;
            state: string;
            tries: number;
        };
        /** @description All that a phone needs for the day. */
        FieldToday: {
            /** Format: date-time */
            as_of: string;
            /** Format: date */
            day: string;
            doors: components["schemas"]["FieldDoor"][];
            name: string;
            places: components["schemas"]["PlaceRef"][];
            programmes: {
                [key: string]: unknown;
            };
            /** @description Send as ?since=; 304 when nothing changed */
            version: string;
            /** Format: uuid */
            worker: string;
            zone: number;
        };
        /** @description How far a street's rows came. */
        FunnelRow: {
            closed: number;
            dispatched: number;
            overdue: number;
            place: components["schemas"]["PlaceRef"] | null;
            reached: number;
            received: number;
        };
        /** @description Done by the end of the hour. */
        Hour: {
            hour: number;
            today: number | null;
            yesterday: number;
        };
        /** @description Households of a round. */
        HouseholdPage: {
            items: components["schemas"]["HouseholdRow"][];
            next: string | null;
        };
        /** @description A household in a daily round. */
        HouseholdRow: {
            /** Format: date-time */
            at: string | null;
            owner: components["schemas"]["Owner"] | null;
            people: number;
            place: components["schemas"]["PlaceRef"];
            result: string | null;
            /** @enum {string} */
            state: "open" | "done" | "excused" | "tried";
        };
        /** @description What an import did. */
        Imported: {
            added: number;
            changed: number;
            received: number;
            /**
             * Format: uuid
             * @description There when rows were not taken: import/{job}/refused gives them.
             */
            refused_file: string | null;
            rejected: number;
            unchanged: number;
        };
        /** @description Long work. */
        Job: {
            done: number;
            /** Format: date-time */
            ended: string | null;
            /** Format: uuid */
            id: string;
            kind: string;
            phase: string | null;
            problem: unknown;
            /** Format: date-time */
            queued: string;
            result: unknown;
            /** Format: date-time */
            started: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "failed" | "cancelled";
        };
        /** @description How many are late, by community or worker. */
        LateBy: {
            key: string;
            name: string;
            open: number;
            overdue: number;
            place: components["schemas"]["PlaceRef"] | null;
            worst_hours: number;
        };
        /** @description Late, worst first. */
        LateByPage: {
            items: components["schemas"]["LateBy"][];
            next: string | null;
        };
        /** @description One list, with all its page needs. */
        List: {
            by: string;
            columns: components["schemas"]["ListColumn"][];
            counts: components["schemas"]["ListCounts"];
            /** Format: date-time */
            due: string | null;
            file_name: string;
            funnel: components["schemas"]["FunnelRow"][];
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            job: string | null;
            /** @description The same file came in before. */
            known: components["schemas"]["ListRow"] | null;
            measure: {
                [key: string]: unknown;
            };
            /** @description The reader may start, close and cancel it. */
            mine: boolean;
            name: string;
            oddities: components["schemas"]["Oddity"][];
            programme: string;
            /** Format: date-time */
            received: string;
            /** @description Columns are as confirmed for this source before. */
            remembered: boolean;
            shape: components["schemas"]["ListShape"];
            source: string;
            state: string;
        };
        /** @description A column of an incoming file. */
        ListColumn: {
            by_content: boolean;
            by_header: boolean;
            confidence: number;
            faulty: number;
            filled: number;
            header: string;
            index: number;
            kind: string;
            lost: number;
            sampled: number;
            samples: string[];
            second: string | null;
        };
        /** @description received = matched + new + review + rejected; and how far they came. */
        ListCounts: {
            closed: number;
            dispatched: number;
            matched: number;
            new: number;
            reached: number;
            received: number;
            rejected: number;
            review: number;
        };
        /** @description Lists, newest first. */
        ListPage: {
            items: components["schemas"]["ListRow"][];
            next: string | null;
        };
        /** @description A list in the table of lists. */
        ListRow: {
            by: string;
            counts: components["schemas"]["ListCounts"];
            /** Format: date-time */
            due: string | null;
            /** Format: uuid */
            id: string;
            /** @description The reader may start, close and cancel it. */
            mine: boolean;
            name: string;
            programme: string;
            /** Format: date-time */
            received: string;
            source: string;
            /** @enum {string} */
            state: "mapping" | "working" | "open" | "closed" | "cancelled" | "failed";
        };
        /** @description A row as it came, for mending. */
        ListRowFull: {
            cells: string[];
            fault_columns: number[];
            header: string[];
            kinds: string[];
            mended: string[] | null;
            outcome: string;
            reason: string;
            reason_text: string;
            row: number;
            version?: number;
        };
        /** @description A row of a list. */
        ListRowItem: {
            decided_by: string | null;
            idno_tail: string | null;
            name: string;
            /** @enum {string} */
            outcome: "matched" | "new" | "review" | "rejected";
            owner: components["schemas"]["Owner"] | null;
            /** Format: uuid */
            person: string | null;
            phone_tail: string | null;
            place: components["schemas"]["PlaceRef"] | null;
            probability: number | null;
            reason: string;
            reason_text: string;
            result: string | null;
            row: number;
            /** @enum {string} */
            stage: "waiting" | "dispatched" | "reached" | "closed";
        };
        /** @description Rows of a list. */
        ListRowPage: {
            items: components["schemas"]["ListRowItem"][];
            next: string | null;
        };
        /** @description How the file was read. */
        ListShape: {
            bytes: number;
            delimiter: string | null;
            encoding: string;
            /** @enum {string} */
            format: "csv" | "xlsx" | "xls";
            header_row: number;
            other_sheets: string[];
            sheet: string | null;
            title_rows: number;
        };
        /** @description Columns as confirmed, and the deadline. */
        ListStart: {
            /** @description Import although the same file is known */
            again?: boolean;
            /** @description Kind code per column */
            columns: string[];
            /** Format: date-time */
            due: string;
            name?: string;
            source?: string;
        };
        /** @description Account and password. */
        Login: {
            login: string;
            password: string;
        };
        /** @description Somebody looked at, or changed, a record. */
        Look: {
            /** Format: date-time */
            at: string;
            reason: string | null;
            role: string;
            verb: string;
            what: string | null;
            worker: string;
        };
        /** @description Who looked, newest first. */
        LookPage: {
            items: components["schemas"]["Look"][];
            next: string | null;
        };
        /** @description A fact. `id` is a UUIDv7 made where it happened. */
        Observation: {
            /** Format: date-time */
            at: string;
            body?: {
                [key: string]: unknown;
            };
            /** Format: uuid */
            enrolment?: string | null;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            person?: string | null;
            /** Format: uuid */
            place?: string | null;
            programme: string;
            result: string;
            /** Format: date */
            round?: string | null;
            /** Format: uuid */
            supersedes?: string | null;
            temperature?: number | null;
        };
        /** @description Which facts are kept and which refused (by name). */
        ObservationAnswer: {
            refused: components["schemas"]["Refusal"][];
            stored: components["schemas"]["Stored"][];
        };
        /** @description Facts, in the order they happened. */
        ObservationPost: {
            items: components["schemas"]["Observation"][];
        };
        /** @description Something odd about a file, in words, with how often. */
        Oddity: {
            code: string;
            count: number;
            text: string;
        };
        /** @description Who answers for a place today, and by what right. */
        Owner: {
            /** @description Level of the place whose duty answers; lower than the asked place when it fell to the next level up. */
            level: number;
            name: string;
            phone: string | null;
            place: string;
            /** @description Stands in for a holder on leave. */
            stand_in: boolean;
            /** Format: uuid */
            worker: string;
        };
        /** @description What every page of rows carries: `next` is the `after` of the next page, null on the last. */
        Page: {
            next: string | null;
        };
        /** @description Old and new. */
        PasswordChange: {
            new: string;
            old: string;
        };
        /** @description A new password. */
        PasswordSet: {
            password: string;
        };
        /** @description One person, with household, tasks, lists and facts. */
        Person: {
            address: string | null;
            age: number | null;
            /** Format: date */
            birth: string | null;
            /** Format: date-time */
            created: string;
            facts: components["schemas"]["Fact"][];
            household: components["schemas"]["PersonRow"][];
            /** Format: uuid */
            id: string;
            idno_tail: string | null;
            lists: components["schemas"]["PersonList"][];
            name: string;
            note: string | null;
            phone_tail: string | null;
            place: components["schemas"]["Place"];
            relation: number | null;
            sex: number;
            state: string;
            tasks: components["schemas"]["PersonTask"][];
            /** Format: date-time */
            updated: string;
            version: number;
        };
        /** @description A correction of a record. */
        PersonChange: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: uuid */
            id: string;
            values: components["schemas"]["PersonChangeValue"][];
        };
        /** @description Corrections, newest first. */
        PersonChangePage: {
            items: components["schemas"]["PersonChange"][];
            next: string | null;
        };
        /** @description Put back what a correction replaced. */
        PersonChangeUndo: {
            version: number;
        };
        /** @description A field that a correction changed, and what it was: a place by its label, a number by its last four. */
        PersonChangeValue: {
            before: string | number | null;
            field: string;
        };
        /** @description A list that names a person. */
        PersonList: {
            /** Format: uuid */
            list: string;
            name: string;
            outcome: string;
            /** Format: date-time */
            received: string;
            row: number;
            stage: string;
        };
        /** @description People, in walking order. */
        PersonPage: {
            items: components["schemas"]["PersonRow"][];
            next: string | null;
        };
        /** @description A person in a table: numbers show their last four. */
        PersonRow: {
            age: number | null;
            /** Format: uuid */
            id: string;
            idno_tail: string | null;
            name: string;
            phone_tail: string | null;
            place: components["schemas"]["PlaceRef"];
            relation: number | null;
            sex: number;
            /** @enum {string} */
            state: "living" | "away" | "moved" | "provisional" | "gone";
            /** @description In the answer to a change: for the next one. */
            version?: number;
        };
        /** @description A task of a person. */
        PersonTask: {
            /** Format: date-time */
            due: string;
            /** Format: uuid */
            id: string;
            lists: string[];
            /** Format: date-time */
            opened: string;
            owner: components["schemas"]["Owner"] | null;
            place: components["schemas"]["PlaceRef"];
            /** Format: uuid */
            previous: string | null;
            programme: string;
            result: string | null;
            state: string;
        };
        /** @description A new person, or a correction (then with `version`). */
        PersonWrite: {
            address?: string | null;
            /** Format: date */
            birth?: string | null;
            idno?: string | null;
            name?: string;
            note?: string | null;
            phone?: string | null;
            /** Format: uuid */
            place?: string;
            relation?: number | null;
            sex?: number;
            state?: string;
            version?: number;
        };
        /** @description A place with the places above it. */
        Place: {
            /** @description From the district down, without itself. */
            above: components["schemas"]["PlaceRef"][];
            code: string | null;
            /** Format: uuid */
            id: string;
            kind: string;
            label: string;
            level: number;
            name: string;
            owner: components["schemas"]["Owner"] | null;
            /** Format: uuid */
            parent: string | null;
            path: string;
            /** Format: date */
            valid_from: string;
            /** Format: date */
            valid_until: string | null;
            version: number;
        };
        /** @description A place in its parent's table. */
        PlaceChild: {
            children: number;
            code: string | null;
            /** Format: uuid */
            id: string;
            kind: string;
            label: string;
            level: number;
            name: string;
            owner: components["schemas"]["Owner"] | null;
            path: string;
        };
        /** @description Children of a place. */
        PlacePage: {
            items: components["schemas"]["PlaceChild"][];
            next: string | null;
        };
        /** @description A place as others name it. */
        PlaceRef: {
            /** Format: uuid */
            id: string;
            kind: string;
            /** @description As said at the door, from the compound down; higher places: their name. */
            label: string;
            level: number;
            name: string;
            path: string;
        };
        /** @description Sums of a child, for the table sorted by trouble. */
        PlaceSums: {
            follow_up: components["schemas"]["Sums"];
            place: components["schemas"]["PlaceRef"];
            screening: components["schemas"]["Sums"];
        };
        /** @description A new place, or a change of one. */
        PlaceWrite: {
            code?: string | null;
            kind?: string;
            level?: number;
            name?: string;
            /** Format: uuid */
            parent?: string;
            /** Format: date */
            valid_until?: string | null;
            version?: number;
        };
        /** @description A refusal (RFC 9457). */
        Problem: {
            /** @description Stable; see docs/problems.md. */
            code: string;
            detail: string;
            /** @description Request id. */
            instance: string;
            status: number;
            title: string;
            type: string;
            where?: string;
        };
        /** @description One item that was not taken, and why. */
        Refusal: {
            code: string;
            detail: string;
            id: string;
        };
        /** @description A day's sheet of a place. Above the community: the sum of the signed and unsigned below, and of whom no community holds. */
        Report: {
            children: components["schemas"]["ReportChild"][];
            corrections: components["schemas"]["Correction"][];
            /** Format: date-time */
            cutoff: string;
            /** Format: date */
            day: string;
            difference_from_signed: boolean;
            figures: components["schemas"]["ReportFigure"][];
            place: components["schemas"]["Place"];
            remark: string | null;
            signed: components["schemas"]["ReportSignature"] | null;
            /** @enum {string} */
            state: "unsigned" | "signed" | "verified" | "partly";
            verified: components["schemas"]["ReportSignature"] | null;
        };
        /** @description A community or street in the sheet above it. */
        ReportChild: {
            communities: number;
            figures: {
                [key: string]: unknown;
            };
            /** @description Whom no community holds, at the place itself or at a street without communities: counted, signed by nobody */
            held_above: boolean;
            place: components["schemas"]["PlaceRef"];
            signed: number;
            /** @enum {string} */
            state: "unsigned" | "signed" | "verified" | "partly";
            verified: number;
        };
        /** @description A figure of the sheet, with yesterday's, and the way to its rows. */
        ReportFigure: {
            code: string;
            difference: number | null;
            label: string;
            /** @description Query of the rows behind it, to be opened by the page */
            rows: string | null;
            value: number;
            yesterday: number | null;
        };
        /** @description A row behind a figure. */
        ReportRow: {
            /** Format: date-time */
            at: string | null;
            person: components["schemas"]["PersonRow"] | null;
            place: components["schemas"]["PlaceRef"];
            what: string;
            who: string | null;
        };
        /** @description Rows behind a figure. */
        ReportRowPage: {
            items: components["schemas"]["ReportRow"][];
            next: string | null;
        };
        /** @description Remark, optional. */
        ReportSign: {
            remark?: string | null;
        };
        /** @description Who signed. */
        ReportSignature: {
            /** Format: date-time */
            at: string;
            by: string;
        };
        /** @description Fields of people, places or duties, for forms and files. */
        Resource: {
            fields: components["schemas"]["ResourceField"][];
            label: components["schemas"]["ResourceLabel"];
            name: string;
        };
        /** @description One choice of a field. */
        ResourceChoice: {
            code: string;
            en: string;
            zh: string;
        };
        /** @description A field of a resource. */
        ResourceField: {
            choices: components["schemas"]["ResourceChoice"][];
            label: components["schemas"]["ResourceLabel"];
            max: number;
            name: string;
            required: boolean;
            /** @enum {string} */
            type: "text" | "integer" | "day" | "time" | "id" | "bool" | "choice";
            writable: boolean;
        };
        /** @description A name in both languages. */
        ResourceLabel: {
            en: string;
            zh: string;
        };
        /** @description Which number, and why. */
        RevealAsk: {
            /** @enum {string} */
            field: "idno" | "phone";
            reason: string;
        };
        /** @description The full number. Shown once, logged. */
        Revealed: {
            value: string;
        };
        /** @description Which queue; without a list: all. */
        ReviewAsk: {
            /** @description The row this clerk has before them: kept, and another is given ahead */
            holding?: components["schemas"]["RowRef"] | null;
            /** Format: uuid */
            list?: string | null;
        };
        /** @description A field of the row as it came. */
        ReviewField: {
            header: string;
            kind: string;
            value: string;
        };
        /** @description A doubtful row, claimed for this clerk until `until`. */
        ReviewItem: {
            candidates: components["schemas"]["Candidate"][];
            fields: components["schemas"]["ReviewField"][];
            left: number;
            /** Format: uuid */
            list: string;
            list_name: string;
            /** @description 0 to 1 while the register is being loaded: until it is there are no candidates yet; GET review/ready says when */
            loading: number | null;
            /** @description Why it is doubtful, in words */
            reason_text: string;
            row: number;
            /** Format: date-time */
            until: string;
        };
        /** @description The next row, or null when the queue is empty. */
        ReviewNext: {
            /** @description Rows other clerks have before them */
            by_others: number;
            item: components["schemas"]["ReviewItem"] | null;
            left: number;
        };
        /** @description How far the register is loaded, 0 to 1; null: it is in memory. */
        ReviewReady: {
            loading: number | null;
        };
        /** @description The cells as they should be. */
        RowMend: {
            cells: string[];
        };
        /** @description A row of a list. */
        RowRef: {
            /** Format: uuid */
            list: string;
            row: number;
        };
        /** @description The top of a subtree this account may see. */
        ScopeTop: {
            path: string;
            place?: components["schemas"]["PlaceRef"];
        };
        /** @description Who I am and what I may. */
        Session: {
            csrf: string;
            demo: boolean;
            district: string;
            rights: string[];
            scope: components["schemas"]["ScopeTop"][];
            worker: components["schemas"]["SessionWorker"];
            zone: number;
        };
        /** @description Who is signed in. */
        SessionWorker: {
            /** Format: uuid */
            id: string;
            login: string;
            name: string;
            role: string;
        };
        /** @description Names of sources that sent lists before. */
        Sources: {
            items: string[];
        };
        /** @description A fact that is on disk. */
        Stored: {
            /** Format: uuid */
            id: string;
            /** @description Where a task was passed on to */
            next_place: components["schemas"]["PlaceRef"] | null;
            /** @enum {string} */
            status: "stored" | "already";
            task_state: string | null;
        };
        /** @description due = done + excused + open + overdue. */
        Sums: {
            done: number;
            due: number;
            excused: number;
            open: number;
            overdue: number;
        };
        /** @description Someone to be reached: an enrolment in its round. */
        Task: {
            /** Format: date-time */
            closed: string | null;
            /** Format: date-time */
            due: string;
            /** @description Level that hears of it now: 3 the worker, 2 community, 1 street, 0 district */
            escalated: number;
            /** Format: uuid */
            id: string;
            /** @description Names of the lists that ask */
            lists: string[];
            /** @description True: given to the worker by an officer. */
            named: boolean;
            /** @description 0: not late */
            overdue_hours: number;
            owner: components["schemas"]["Owner"] | null;
            person: components["schemas"]["PersonRow"];
            /** Format: uuid */
            previous: string | null;
            programme: string;
            result: string | null;
            /** @enum {string} */
            state: "open" | "done" | "excused" | "passed";
            tries: number;
        };
        /** @description Tasks, in walking order. */
        TaskPage: {
            items: components["schemas"]["Task"][];
            next: string | null;
        };
        /** @description The first page: what must I do, who is not reached, can I trust this number. */
        Today: {
            alarms: components["schemas"]["Alarm"][];
            /** Format: date-time */
            as_of: string;
            children: components["schemas"]["PlaceSums"][];
            /** Format: date */
            day: string;
            follow_up: components["schemas"]["Sums"];
            hours: components["schemas"]["Hour"][];
            lists: components["schemas"]["ListRow"][];
            place: components["schemas"]["Place"];
            /** @description Open tasks here that no worker's grid holds. */
            pool: number;
            report: ("none" | "unsigned" | "signed" | "verified") | null;
            review_left: number;
            screening: components["schemas"]["Sums"];
        };
        /** @description A clerk's decision. same needs `person`; new: none of them; ask: the community finds out. */
        Verdict: {
            /** Format: uuid */
            list: string;
            /** Format: uuid */
            person?: string | null;
            row: number;
            /** @enum {string} */
            verdict: "same" | "new" | "ask";
        };
        /** @description Workers. */
        WorkerPage: {
            items: components["schemas"]["WorkerRow"][];
            next: string | null;
        };
        /** @description A worker with duties within scope. */
        WorkerRow: {
            active: boolean;
            /** Format: uuid */
            id: string;
            name: string;
            open: number;
            overdue: number;
            phone: string | null;
            places: components["schemas"]["PlaceRef"][];
            role: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
