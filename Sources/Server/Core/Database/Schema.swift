/// The tables, in plain SQL; everything hangs on the account.
///
/// The text is SQLite's. PostgreSQL's differs in the names of types and in what keeps the audit
/// log from being changed.
enum Schema {
    /// One step from an older form of the tables to a newer one.
    struct Step: Sendable {
        /// Kept in the database: a step is run once.
        let name: String
        /// What both take, types named as SQLite does.
        var common = ""
        /// What only SQLite takes.
        var sqlite = ""
        /// What only PostgreSQL takes.
        var postgres = ""

        /// The statements for a database.
        func sql(for kind: DatabaseKind) -> String {
            switch kind {
            case .sqlite: common + sqlite
            case .postgres: Schema.postgres(common) + postgres
            }
        }
    }

    /// Every step, oldest first.
    static let steps = [
        Step(name: "1 accounts", common: accounts),
        Step(name: "1 segments", common: segments),
        Step(name: "1 ledger", common: ledger),
        Step(name: "1 audit", common: audit, sqlite: sqliteAudit, postgres: postgresAudit),
        Step(name: "2 identity", common: identity),
        Step(name: "3 keys", common: keys),
        Step(name: "4 rates", common: rates),
        Step(name: "5 forks", common: forks),
        Step(name: "6 registration", common: registration),
        Step(name: "7 audit chain", common: auditChain),
        Step(name: "8 service", common: service),
        Step(name: "9 cases", common: cases),
        Step(name: "10 moderators", common: moderators),
        Step(name: "11 history", common: history),
        Step(name: "12 ledger rows", common: ledgerRows),
        Step(name: "13 key requests", common: keyRequests),
        Step(name: "14 signed audit", common: signedAudit),
        Step(name: "15 openings", common: openings),
        Step(name: "16 senders", common: senders),
        Step(name: "17 trusted time", common: trustedTime),
        Step(name: "18 registrations", common: RegistrationSchema.common),
        Step(
            name: "19 cases of rights", common: RightsSchema.common,
            sqlite: RightsSchema.sqlite, postgres: RightsSchema.postgres),
        Step(name: "20 provenance", common: ProvenanceSchema.common),
        Step(name: "21 passkeys", common: ModeratorSchema.passkeys),
        Step(name: "22 revocations", common: ProvenanceSchema.revocations),
        Step(name: "23 case locks", common: CaseLocks.schema),
        Step(name: "24 accounts by age", common: accountsByAge),
    ]

    /// An older program could break what a newer one has made of the tables.
    ///
    /// - Throws: ``ServerError/newerDatabase(step:)``.
    static func refuseNewer(_ applied: Set<String>) throws {
        let unknown = applied.subtracting(steps.map(\.name))
        guard let step = unknown.sorted().first else { return }
        throw ServerError.newerDatabase(step: step)
    }

    private static func postgres(_ sql: String) -> String {
        sql.replacing(
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            with: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        ).replacing("INTEGER", with: "BIGINT").replacing("BLOB", with: "BYTEA")
    }

    private static let accounts = """
        CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL);
        INSERT INTO setting (name, value) VALUES ('epoch', 1), ('segments', 0);
        CREATE TABLE account (
            id BLOB PRIMARY KEY NOT NULL, account_key BLOB NOT NULL, created INTEGER NOT NULL);
        CREATE TABLE account_head (
            account BLOB PRIMARY KEY NOT NULL, seq INTEGER NOT NULL,
            floor INTEGER NOT NULL DEFAULT 0, base INTEGER NOT NULL DEFAULT 0,
            due_cursor INTEGER NOT NULL DEFAULT 0, due_since INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE device (
            id BLOB PRIMARY KEY NOT NULL, account BLOB NOT NULL, device_key BLOB NOT NULL,
            name TEXT NOT NULL, certificate TEXT NOT NULL, joined INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, merged INTEGER, pulled_epoch INTEGER);
        CREATE INDEX device_by_account ON device (account, joined);
        CREATE TABLE device_request (
            account BLOB NOT NULL, device BLOB NOT NULL, device_key BLOB NOT NULL,
            agreement_key BLOB NOT NULL, name TEXT NOT NULL, requested INTEGER NOT NULL,
            approval TEXT, PRIMARY KEY (account, device));
        CREATE TABLE invite (
            hash BLOB PRIMARY KEY NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
            used INTEGER, used_by BLOB, revoked INTEGER);
        CREATE TABLE nonce (
            nonce BLOB NOT NULL, device BLOB NOT NULL, time INTEGER NOT NULL,
            PRIMARY KEY (nonce, device));
        CREATE INDEX nonce_by_time ON nonce (time);
        CREATE TABLE rate (
            bucket TEXT PRIMARY KEY NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL);
        CREATE INDEX rate_by_minute ON rate (minute);
        """

    private static let segments = """
        CREATE TABLE segment (
            account BLOB NOT NULL, seq INTEGER NOT NULL, replica BLOB NOT NULL,
            number INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL,
            received INTEGER NOT NULL, PRIMARY KEY (account, seq));
        CREATE UNIQUE INDEX segment_by_replica ON segment (account, replica, number);
        CREATE TABLE chain_tip (
            account BLOB NOT NULL, replica BLOB NOT NULL, number INTEGER NOT NULL,
            hash BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (account, replica));
        CREATE TABLE snapshot (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, id BLOB NOT NULL,
            cursor INTEGER NOT NULL, chunks INTEGER NOT NULL, stored INTEGER NOT NULL,
            bytes INTEGER NOT NULL, started INTEGER NOT NULL, completed INTEGER,
            leaving INTEGER NOT NULL DEFAULT 0, UNIQUE (account, id));
        CREATE TABLE snapshot_chunk (
            account BLOB NOT NULL, snapshot BLOB NOT NULL, chunk_index INTEGER NOT NULL,
            hash BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (account, snapshot, chunk_index));
        """

    private static let ledger = """
        CREATE TABLE ledger_clock (account BLOB PRIMARY KEY NOT NULL, time INTEGER NOT NULL);
        CREATE TABLE ledger_credit (
            account BLOB NOT NULL, credit INTEGER NOT NULL, epoch INTEGER NOT NULL,
            lease BLOB, receipt INTEGER, PRIMARY KEY (account, credit));
        CREATE TABLE ledger_lease (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, lease BLOB NOT NULL,
            document TEXT NOT NULL, spend TEXT, outcome TEXT, receipt INTEGER,
            UNIQUE (account, lease));
        CREATE TABLE ledger_contradiction (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, lease BLOB NOT NULL,
            spend TEXT NOT NULL, received INTEGER NOT NULL);
        CREATE INDEX contradiction_by_account ON ledger_contradiction (account, lease);
        CREATE TABLE ledger_receipt (
            account BLOB NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (account, number));
        CREATE TABLE ledger_order (
            account BLOB NOT NULL, serial INTEGER NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (account, serial));
        """

    private static let audit = """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL,
            action TEXT NOT NULL, account BLOB, reason TEXT NOT NULL, detail TEXT NOT NULL);
        """

    private static let identity = """
        CREATE TABLE identity (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL);
        """

    private static let keys = """
        ALTER TABLE account ADD COLUMN pin TEXT NOT NULL DEFAULT '';
        CREATE TABLE key_rotation (
            account BLOB NOT NULL, epoch INTEGER NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (account, epoch));
        """

    /// The library keys that a device was not given, and what was sealed to it since.
    private static let keyRequests = """
        CREATE TABLE key_request (
            account BLOB NOT NULL, device BLOB NOT NULL, epochs TEXT NOT NULL, delivery TEXT,
            PRIMARY KEY (account, device));
        """

    private static let history = """
        ALTER TABLE account_head ADD COLUMN floor_history_hash BLOB;
        """

    /// What was counted in the minute of the upgrade is forgotten.
    private static let rates = """
        DROP TABLE rate;
        CREATE TABLE rate (
            bucket TEXT PRIMARY KEY NOT NULL, until INTEGER NOT NULL, count INTEGER NOT NULL);
        CREATE INDEX rate_by_end ON rate (until);
        """

    private static let forks = """
        CREATE TABLE ledger_fork (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL,
            first_spend TEXT NOT NULL, second_spend TEXT NOT NULL, received INTEGER NOT NULL);
        CREATE INDEX fork_by_account ON ledger_fork (account, row_id);
        """

    private static let registration = """
        ALTER TABLE account ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
        CREATE INDEX account_by_state ON account (state, created);
        """

    private static let auditChain = """
        ALTER TABLE audit ADD COLUMN hash BLOB;
        CREATE TABLE audit_head (
            name TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, hash BLOB);
        INSERT INTO audit_head (name, number) SELECT 'audit', COUNT(*) FROM audit;
        """

    private static let signedAudit = """
        ALTER TABLE audit ADD COLUMN salt BLOB;
        ALTER TABLE audit ADD COLUMN serial INTEGER;
        CREATE UNIQUE INDEX audit_by_serial ON audit (serial);
        ALTER TABLE audit_head ADD COLUMN document TEXT;
        """

    private static let openings = """
        ALTER TABLE account ADD COLUMN opening TEXT NOT NULL DEFAULT '';
        """

    private static let accountsByAge = """
        CREATE INDEX account_by_age ON account (created, id);
        """

    private static let senders = """
        ALTER TABLE device_request ADD COLUMN sender TEXT NOT NULL DEFAULT '';
        """

    /// One row for each start of a machine that runs the server.
    private static let trustedTime = """
        CREATE TABLE trusted_time (
            boot TEXT PRIMARY KEY NOT NULL, time INTEGER NOT NULL, uptime INTEGER NOT NULL);
        """

    private static let service = """
        CREATE TABLE service_order (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, kind TEXT NOT NULL,
            reason TEXT NOT NULL, words TEXT NOT NULL, until INTEGER);
        """

    private static let cases = """
        CREATE TABLE moderation_case (
            id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, kind TEXT NOT NULL,
            opened INTEGER NOT NULL, closed INTEGER, note TEXT NOT NULL DEFAULT '');
        CREATE INDEX case_by_account ON moderation_case (account, kind);
        INSERT INTO moderation_case (account, kind, opened)
            SELECT account, 'double-spend', MIN(received) FROM ledger_contradiction
            GROUP BY account;
        INSERT INTO moderation_case (account, kind, opened)
            SELECT account, 'journal-fork', MIN(received) FROM ledger_fork GROUP BY account;
        """

    private static let moderators = """
        CREATE TABLE moderator (
            name TEXT PRIMARY KEY NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL);
        CREATE TABLE moderator_link (
            hash BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
            expires INTEGER NOT NULL);
        CREATE INDEX link_by_name ON moderator_link (name);
        CREATE TABLE moderator_session (
            hash BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, seen INTEGER NOT NULL);
        CREATE INDEX session_by_name ON moderator_session (name);
        """

    /// What a ledger adds up to, and by what its rows are found: no request reads them all.
    private static let ledgerRows = """
        CREATE TABLE ledger (
            account BLOB PRIMARY KEY NOT NULL, time INTEGER NOT NULL, free INTEGER NOT NULL,
            leased INTEGER NOT NULL, spent INTEGER NOT NULL, receipts INTEGER NOT NULL,
            known_receipts INTEGER NOT NULL, receipt_head BLOB NOT NULL, forks INTEGER NOT NULL,
            idle INTEGER NOT NULL, uncredited INTEGER NOT NULL, serial INTEGER NOT NULL,
            suspension INTEGER, pause INTEGER, base_serial INTEGER NOT NULL DEFAULT 0,
            waits INTEGER NOT NULL DEFAULT 0, waits_until INTEGER);
        CREATE TABLE ledger_wait (
            account BLOB NOT NULL, device BLOB NOT NULL, PRIMARY KEY (account, device));
        CREATE TABLE ledger_revocation (
            account BLOB NOT NULL, device BLOB NOT NULL, serial INTEGER NOT NULL,
            PRIMARY KEY (account, device));
        DROP TABLE ledger_clock;
        ALTER TABLE ledger_lease ADD COLUMN device BLOB;
        ALTER TABLE ledger_lease ADD COLUMN credit INTEGER;
        ALTER TABLE ledger_lease ADD COLUMN issued INTEGER;
        ALTER TABLE ledger_lease ADD COLUMN phase INTEGER;
        ALTER TABLE ledger_lease ADD COLUMN journal BLOB;
        ALTER TABLE ledger_lease ADD COLUMN number INTEGER;
        ALTER TABLE ledger_lease ADD COLUMN contradictions INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX lease_by_phase ON ledger_lease (account, phase, issued);
        CREATE INDEX lease_by_journal ON ledger_lease (account, device, journal, number)
            WHERE journal IS NOT NULL;
        CREATE INDEX credit_free ON ledger_credit (account, credit)
            WHERE lease IS NULL AND receipt IS NULL;
        """

    private static let sqliteAudit = """
        CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_grows BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        """

    private static let postgresAudit = """
        CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
        CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit
            FOR EACH ROW EXECUTE FUNCTION audit_stays();
        CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON audit
            FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
        """
}
