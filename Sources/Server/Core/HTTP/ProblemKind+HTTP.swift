import AtelierProtocol

extension Problem.Kind {
    /// The HTTP status of a problem of this kind.
    var status: Int {
        switch self {
        case .malformed: 400
        case .proofMissing, .proofInvalid, .clockWrong, .deviceUnknown, .sessionInvalid: 401
        case .inviteInvalid, .accountPending, .accountRefused, .deviceRevoked, .suspended,
            .limitReached, .tokenInvalid:
            403
        case .notFound, .notApprovedYet: 404
        case .methodNotAllowed: 405
        case .accountExists, .keysChanged, .fork, .rewind, .fromTheFuture: 409
        case .tooLarge: 413
        case .tooMany: 429
        case .unavailable: 503
        case .internalError: 500
        }
    }

    /// What happened, in one line.
    var title: String {
        switch self {
        case .malformed: "The request cannot be read."
        case .tooLarge: "The request is too large."
        case .notFound: "There is nothing here."
        case .methodNotAllowed: "The route does not take this method."
        case .inviteInvalid: "The invite does not open an account."
        case .accountPending: "The account waits for the operator's approval."
        case .accountRefused: "The operator did not let the account in."
        case .accountExists: "The account or device exists already."
        case .proofMissing: "The request is not signed."
        case .proofInvalid: "The request's signature does not hold."
        case .clockWrong: "The device's clock is wrong."
        case .tokenInvalid: "The token does not open a session."
        case .sessionInvalid: "There is no such session."
        case .deviceUnknown: "The device is unknown."
        case .deviceRevoked: "The device was revoked."
        case .notApprovedYet: "The device is not approved yet."
        case .suspended: "The account is suspended."
        case .keysChanged: "The library's keys were changed meanwhile."
        case .fork: "The replica's chain has forked."
        case .rewind: "The replica was set back."
        case .fromTheFuture: "A change is dated in the future."
        case .tooMany: "Too many requests."
        case .limitReached: "There can be no more of these."
        case .unavailable: "The server cannot answer now."
        case .internalError: "The server failed."
        }
    }
}
