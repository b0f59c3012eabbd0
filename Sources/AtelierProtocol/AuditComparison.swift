/// How a newer head of the audit log stands to the one that a device holds.
public enum AuditComparison: Sendable, Equatable {
    /// Nothing happened in between.
    case same
    /// It may extend the known one: fetch the entries after `after`, through `through`, and check
    /// them with ``AuditExtension``.
    case longer(after: Int64, through: Int64)
    /// It does not extend the known one, and the server began a new epoch in between: it says that
    /// it was restored from a backup.
    case restored
    /// It does not extend the known one, and the server says nothing of a restore: entries were
    /// taken away or changed.
    case contradiction
}

extension AuditHead {
    /// How this head, whose signature was checked, stands to one that was given before.
    ///
    /// A head of an earlier epoch never extends one of a later epoch: epochs only rise.
    public func comparison(with known: AuditHead) -> AuditComparison {
        if epoch < known.epoch { return .contradiction }
        if serial == known.serial, hash == known.hash { return .same }
        if serial > known.serial { return .longer(after: known.serial, through: serial) }
        return mismatch(with: known)
    }

    /// What it means that this head does not extend `known`.
    func mismatch(with known: AuditHead) -> AuditComparison {
        epoch > known.epoch ? .restored : .contradiction
    }
}
