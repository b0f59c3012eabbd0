/// The tables of cases, reservations and claims.
///
/// Events of cases are only ever added (SQLite's REPLACE deletes a row without asking the triggers
/// of deletions, so that the insertion of a number that is there is refused too), and who settles
/// an appeal is another moderator than the one whose decision it is against: the database itself
/// refuses the rest.
enum RightsSchema {
    static let common = """
        DROP TABLE moderation_case;
        CREATE TABLE moderation_case (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
            ground TEXT NOT NULL UNIQUE, opened INTEGER NOT NULL, changed INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'open', waits_for TEXT, distance INTEGER,
            act TEXT, decider TEXT, quiet INTEGER NOT NULL DEFAULT 0,
            evidence_after INTEGER NOT NULL DEFAULT 0, evidence_to INTEGER,
            claimant_kind TEXT, claimant_id INTEGER, claimant BLOB, claimant_work BLOB,
            claimant_since INTEGER,
            respondent_kind TEXT, respondent_id INTEGER, respondent BLOB, respondent_work BLOB,
            respondent_since INTEGER);
        CREATE INDEX case_by_change ON moderation_case (changed, id);
        CREATE INDEX case_by_state ON moderation_case (state, changed, id);
        CREATE INDEX case_by_kind ON moderation_case (kind, state, changed, id);
        CREATE INDEX case_by_claimant ON moderation_case (claimant, id);
        CREATE INDEX case_by_respondent ON moderation_case (respondent, id, quiet);
        CREATE INDEX case_against ON moderation_case (respondent, kind, state);
        CREATE INDEX case_of_kind_against ON moderation_case (respondent, kind, id);
        CREATE INDEX case_by_claimed ON moderation_case (claimant_kind, claimant_id, id);
        CREATE INDEX case_by_accused ON moderation_case (respondent_kind, respondent_id, id);
        CREATE INDEX dismissed_claim ON moderation_case (respondent_kind, respondent_id)
            WHERE kind = 'claim' AND act = 'dismiss';
        CREATE TABLE case_event (
            case_id INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,
            kind TEXT NOT NULL, actor TEXT NOT NULL, side TEXT, act TEXT, code TEXT NOT NULL,
            words TEXT NOT NULL, claimant_words TEXT NOT NULL, respondent_words TEXT NOT NULL,
            until INTEGER, effect TEXT, about INTEGER, about_actor TEXT, entered_by TEXT,
            PRIMARY KEY (case_id, number),
            CHECK (kind NOT IN ('upheld', 'overturned')
                OR about IS NOT NULL AND about_actor IS NOT NULL AND about_actor <> actor));
        CREATE INDEX event_by_time ON case_event (time, kind);
        CREATE TABLE case_letter (
            id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL,
            case_id INTEGER NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL,
            words TEXT NOT NULL, time INTEGER NOT NULL, serial INTEGER, delivered INTEGER);
        CREATE INDEX letter_delivered ON case_letter (account, delivered);
        CREATE INDEX letter_waiting ON case_letter (account, id) WHERE serial IS NULL;
        CREATE TABLE reservation_holder (
            id INTEGER PRIMARY KEY AUTOINCREMENT, code_hash BLOB NOT NULL UNIQUE,
            contact TEXT NOT NULL, link TEXT NOT NULL, received INTEGER NOT NULL);
        CREATE INDEX holder_with_contact ON reservation_holder (id) WHERE contact <> '';
        CREATE TABLE reservation (
            number INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB, work BLOB, holder INTEGER,
            fingerprint BLOB NOT NULL, quality INTEGER NOT NULL, state TEXT NOT NULL,
            serial INTEGER, requested INTEGER NOT NULL, changed INTEGER NOT NULL,
            words TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX reservation_held ON reservation (account) WHERE held = 1;
        CREATE UNIQUE INDEX reservation_by_work ON reservation (account, work);
        CREATE UNIQUE INDEX reservation_by_serial ON reservation (serial);
        CREATE INDEX reservation_refused ON reservation (account, number) WHERE state = 'refused';
        CREATE INDEX reservation_by_state ON reservation (state, number);
        CREATE INDEX reservation_by_holder ON reservation (holder, number);
        INSERT INTO setting (name, value) VALUES ('reservations', 0);
        CREATE TABLE claim (
            id INTEGER PRIMARY KEY AUTOINCREMENT, code_hash BLOB NOT NULL UNIQUE,
            statement TEXT NOT NULL, contact TEXT NOT NULL, links TEXT NOT NULL,
            opened INTEGER NOT NULL, withdrawn INTEGER);
        CREATE INDEX claim_with_contact ON claim (id) WHERE contact <> '';
        CREATE TABLE claim_picture (
            claim INTEGER PRIMARY KEY NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
            bytes BLOB NOT NULL, received INTEGER NOT NULL);
        CREATE TABLE closure (
            time INTEGER NOT NULL, statement TEXT NOT NULL, report TEXT NOT NULL);
        """

    /// How many triggers guard the events of cases.
    static func guards(_ kind: DatabaseKind) -> Int { kind == .sqlite ? 4 : 3 }

    static let sqlite = """
        CREATE TRIGGER case_event_stays BEFORE UPDATE ON case_event
            BEGIN SELECT RAISE(ABORT, 'events of cases are append-only'); END;
        CREATE TRIGGER case_event_grows BEFORE DELETE ON case_event
            BEGIN SELECT RAISE(ABORT, 'events of cases are append-only'); END;
        CREATE TRIGGER case_event_is_new BEFORE INSERT ON case_event
            WHEN EXISTS (
                SELECT 1 FROM case_event AS e
                WHERE e.case_id = NEW.case_id AND e.number = NEW.number)
            BEGIN SELECT RAISE(ABORT, 'events of cases are append-only'); END;
        CREATE TRIGGER audit_is_new BEFORE INSERT ON audit
            WHEN EXISTS (SELECT 1 FROM audit AS a WHERE a.id = NEW.id OR a.serial = NEW.serial)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER appeal_by_another BEFORE INSERT ON case_event
            WHEN NEW.kind IN ('upheld', 'overturned') AND NOT EXISTS (
                SELECT 1 FROM case_event AS d
                WHERE d.case_id = NEW.case_id AND d.number = NEW.about AND d.kind = 'decided'
                    AND d.actor = NEW.about_actor AND d.actor <> NEW.actor
                    AND NOT EXISTS (
                        SELECT 1 FROM case_event AS l WHERE l.case_id = d.case_id
                            AND l.kind = 'decided' AND l.number > d.number))
            BEGIN SELECT RAISE(ABORT, 'another moderator settles an appeal'); END;
        """

    static let postgres = """
        CREATE FUNCTION case_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'events of cases are append-only'; END $$;
        CREATE TRIGGER case_event_stays BEFORE UPDATE OR DELETE ON case_event
            FOR EACH ROW EXECUTE FUNCTION case_event_stays();
        CREATE TRIGGER case_event_is_kept BEFORE TRUNCATE ON case_event
            FOR EACH STATEMENT EXECUTE FUNCTION case_event_stays();
        CREATE FUNCTION appeal_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.kind IN ('upheld', 'overturned') AND NOT EXISTS (
                    SELECT 1 FROM case_event AS d
                    WHERE d.case_id = NEW.case_id AND d.number = NEW.about
                        AND d.kind = 'decided' AND d.actor = NEW.about_actor
                        AND d.actor <> NEW.actor
                        AND NOT EXISTS (
                            SELECT 1 FROM case_event AS l WHERE l.case_id = d.case_id
                                AND l.kind = 'decided' AND l.number > d.number))
                THEN RAISE EXCEPTION 'another moderator settles an appeal'; END IF;
                RETURN NEW;
            END $$;
        CREATE TRIGGER appeal_by_another BEFORE INSERT ON case_event
            FOR EACH ROW EXECUTE FUNCTION appeal_by_another();
        """
}
