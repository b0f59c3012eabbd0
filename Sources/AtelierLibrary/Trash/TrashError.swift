/// Why something cannot be removed to the trash, restored or erased; nothing was changed.
public enum TrashError: ServiceError {
    /// Nothing in the trash has this id.
    case notInTrash(name: String)
    /// The object cannot be restored, for a reason that ends the sentence `"Heron" …`.
    case notRestorable(name: String, reason: String)
    /// The object's row is too long to be kept in the trash.
    case tooLongToKeep(name: String)

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .notInTrash: .listTrash
        case .notRestorable: nil
        case .tooLongToKeep: .removeForGood
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .notInTrash(let name): "\"\(name)\" is not in the trash."
        case .notRestorable(let name, let reason): "\"\(name)\" \(reason)"
        case .tooLongToKeep(let name):
            "\"\(name)\" has too much text to be kept in the trash. It can only be removed for "
                + "good."
        }
    }
}
