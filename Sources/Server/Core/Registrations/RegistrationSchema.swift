/// The tables of registrations: what models were made of, what is near what, and what is withheld.
enum RegistrationSchema {
    /// A work is registered once an account, whatever is withdrawn since: so an account's rows are
    /// bounded. The mark of a fingerprint is random: by it an index in memory sees that a row which
    /// it has read was never committed.
    static let common = """
        CREATE TABLE work_registration (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, work BLOB NOT NULL,
            pixels BLOB NOT NULL, document TEXT NOT NULL, registered INTEGER NOT NULL,
            withdrawn INTEGER, UNIQUE (account, work));
        CREATE TABLE model_registration (
            account BLOB NOT NULL, model BLOB NOT NULL, works_digest BLOB NOT NULL,
            works INTEGER NOT NULL, engine TEXT NOT NULL,
            document TEXT NOT NULL, registered INTEGER NOT NULL,
            withdrawn INTEGER, PRIMARY KEY (account, model));
        CREATE TABLE model_registration_work (
            account BLOB NOT NULL, model BLOB NOT NULL, work BLOB NOT NULL,
            PRIMARY KEY (account, model, work));
        CREATE INDEX model_by_work ON model_registration_work (account, work);
        CREATE TABLE fingerprint (
            serial INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint BLOB NOT NULL,
            quality INTEGER NOT NULL, kind TEXT NOT NULL, owner INTEGER NOT NULL, account BLOB,
            mark INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0, UNIQUE (kind, owner));
        CREATE INDEX fingerprint_by_account ON fingerprint (account);
        INSERT INTO setting (name, value) VALUES ('fingerprints', 0);
        CREATE TABLE withholding (
            account BLOB NOT NULL, subject TEXT NOT NULL, digest BLOB NOT NULL,
            case_number INTEGER NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (account, subject, digest, case_number));
        ALTER TABLE ledger_lease ADD COLUMN model BLOB;
        ALTER TABLE ledger_receipt ADD COLUMN id BLOB;
        ALTER TABLE ledger_receipt ADD COLUMN model BLOB;
        ALTER TABLE ledger_receipt ADD COLUMN device BLOB;
        CREATE INDEX receipt_by_id ON ledger_receipt (id);
        CREATE INDEX receipt_by_model ON ledger_receipt (account, model);
        """
}
