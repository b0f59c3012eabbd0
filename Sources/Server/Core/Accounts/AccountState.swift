import AtelierProtocol

/// Whether an account may use the server at all; suspensions are another matter.
enum AccountState: String, Sendable {
    /// It may.
    case open
    /// It waits for the operator.
    case pending
    /// The operator refused it.
    case refused
    /// What it stored was taken away; its id stays.
    case purged

    /// What a device of such an account is told; nil where nothing stands in its way.
    var refusal: ServerError? {
        switch self {
        case .open: nil
        case .pending:
            .refused(
                .accountPending, detail: "The operator has not let it in yet. Ask again later.")
        case .refused, .purged:
            .refused(.accountRefused, detail: "Ask the operator why, or join another server.")
        }
    }
}

extension Row {
    /// The account's state.
    func state(_ column: String = "state") throws -> AccountState {
        guard let state = AccountState(rawValue: try self[column]) else {
            throw StoredFormError(column: column)
        }
        return state
    }
}
