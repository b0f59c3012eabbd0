/// The tables of the community's authority, and the names that artists want to be known by.
enum ProvenanceSchema {
    static let common = """
        CREATE TABLE authority_root (
            number INTEGER PRIMARY KEY NOT NULL, certificate BLOB NOT NULL, made INTEGER NOT NULL);
        ALTER TABLE account ADD COLUMN public_name TEXT NOT NULL DEFAULT '';
        """

    /// The list of revoked certificates: it is only ever added to.
    static let revocations = """
        CREATE TABLE certificate_revocation (
            number INTEGER PRIMARY KEY NOT NULL, entry BLOB NOT NULL, subject BLOB NOT NULL UNIQUE);
        INSERT INTO setting (name, value) VALUES ('revocations', 0);
        """
}
