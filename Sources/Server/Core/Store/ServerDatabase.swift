import GRDB

/// The tables, in plain SQL that other engines take too; everything hangs on the account.
enum ServerDatabase {
    static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Limits.busySeconds)
        configuration.label = "atelier-server"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 accounts") { try $0.execute(sql: accounts) }
        migrator.registerMigration("1 segments") { try $0.execute(sql: segments) }
        migrator.registerMigration("1 ledger") { try $0.execute(sql: ledger) }
        migrator.registerMigration("1 audit") { try $0.execute(sql: audit) }
        try migrator.migrate(pool)
        return pool
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
            last_seen INTEGER NOT NULL, pulled INTEGER, pulled_epoch INTEGER);
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
            place INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, id BLOB NOT NULL,
            cursor INTEGER NOT NULL, chunks INTEGER NOT NULL, stored INTEGER NOT NULL,
            bytes INTEGER NOT NULL, started INTEGER NOT NULL, completed INTEGER,
            leaving INTEGER NOT NULL DEFAULT 0, UNIQUE (account, id));
        CREATE TABLE snapshot_chunk (
            account BLOB NOT NULL, snapshot BLOB NOT NULL, place INTEGER NOT NULL,
            hash BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (account, snapshot, place));
        """

    private static let ledger = """
        CREATE TABLE ledger_clock (account BLOB PRIMARY KEY NOT NULL, time INTEGER NOT NULL);
        CREATE TABLE ledger_credit (
            account BLOB NOT NULL, credit INTEGER NOT NULL, epoch INTEGER NOT NULL,
            lease BLOB, receipt INTEGER, PRIMARY KEY (account, credit));
        CREATE TABLE ledger_lease (
            place INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, lease BLOB NOT NULL,
            document TEXT NOT NULL, spend TEXT, outcome TEXT, receipt INTEGER,
            UNIQUE (account, lease));
        CREATE TABLE ledger_contradiction (
            place INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, lease BLOB NOT NULL,
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
        CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_grows BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        """
}
