/// The tables of moderators' sessions and passkeys; sessions from before begin anew.
enum ModeratorSchema {
    static let passkeys = """
        DROP TABLE moderator_session;
        CREATE TABLE moderator_session (
            hash BLOB PRIMARY KEY NOT NULL, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            form TEXT NOT NULL, browser TEXT NOT NULL, opened INTEGER NOT NULL,
            seen INTEGER NOT NULL, confirmed INTEGER);
        CREATE INDEX session_by_name ON moderator_session (name, seen);
        CREATE TABLE passkey (
            id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, site TEXT NOT NULL,
            algorithm INTEGER NOT NULL, public_key BLOB NOT NULL, count INTEGER NOT NULL,
            label TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER);
        CREATE INDEX passkey_by_name ON passkey (name, created);
        CREATE TABLE used_challenge (
            hash BLOB PRIMARY KEY NOT NULL, ends INTEGER NOT NULL);
        CREATE INDEX challenge_by_end ON used_challenge (ends);
        """
}
