import SignedObjects

/// Moderators: somebody can get in, and what opens the console belongs to somebody.
extension Doctor {
    /// Passkeys, sessions and links, by whose they are.
    func examineModerators(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        try store.read { db in
            let moderators = try ModeratorStore(db: db).list()
            let passkeys = moderators.reduce(0) { $0 + $1.passkeys }
            check.note = "\(moderators.count) with \(passkeys) passkeys"
            for table in ["passkey", "moderator_session"] {
                let orphans: [String] = try db.rows(
                    """
                    SELECT DISTINCT name FROM \(table)
                    WHERE name NOT IN (SELECT name FROM moderator) ORDER BY name LIMIT ?1
                    """,
                    [DoctorReport.findingsPerCheck]
                ).map { try $0["name"] }
                for name in orphans {
                    check.add(
                        "\(PrintableText.line(name)) is no moderator and is in \(table): it opens "
                            + "nothing. `moderator add` and `moderator remove` clear it.")
                }
            }
            for moderator in moderators {
                for passkey in try PasskeyStore(db: db).list(of: moderator.name) {
                    guard let id = Base64URL.decode(passkey.id[...]) else { continue }
                    if (try? PasskeyStore(db: db).find(id)) == nil {
                        check.add(
                            "A passkey of \(PrintableText.line(moderator.name)) is damaged: they "
                                + "sign in with another, or by a link of `moderator add`.")
                    }
                }
            }
        }
    }
}
