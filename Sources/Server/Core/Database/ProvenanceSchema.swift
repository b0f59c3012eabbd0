/// The tables of the community's authority, and the names that artists want to be known by.
enum ProvenanceSchema {
    static let common = """
        CREATE TABLE authority_root (
            number INTEGER PRIMARY KEY NOT NULL, certificate BLOB NOT NULL, made INTEGER NOT NULL);
        ALTER TABLE account ADD COLUMN public_name TEXT NOT NULL DEFAULT '';
        """
}
