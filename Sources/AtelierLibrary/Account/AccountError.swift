/// Why the account or its server cannot be used; nothing was changed, unless a case says otherwise.
public enum AccountError: ServiceError {
    /// The library belongs to no server.
    case notJoined
    /// The library belongs to a server already.
    case alreadyJoined(server: String)
    /// This device asked to join an account and waits for the approval.
    case waitingForApproval(words: String)
    /// The server's operator has not let the account in yet.
    case waitsForOperator(server: String)
    /// Another device of the account has revoked this one.
    case revoked
    /// The server's key is not the one that the invite or the account names.
    case otherServer
    /// The text is not an invite.
    case badInvite
    /// The server takes accounts by invite only.
    case inviteNeeded
    /// The text is not a fingerprint.
    case badFingerprint
    /// The text is not an account id.
    case badAccount
    /// The words are not six words of the list.
    case badWords
    /// No waiting device shows these words; `waiting` devices show others.
    case noSuchRequest(waiting: Int)
    /// Only a device with the account key can do this.
    case noAccountKey
    /// A device cannot revoke itself.
    case thisDevice
    /// What was sealed to this device cannot be opened.
    case provisioningUnreadable
    /// An approval is not signed by the account that was asked.
    case wrongApproval
    /// The server asks for a longer wait than one command takes.
    case tryLater(reason: String, at: Moment)
    /// The server's reply is not one of the protocol's.
    case unexpectedReply(String)

    var kind: Failure.Kind {
        switch self {
        case .waitingForApproval, .waitsForOperator, .tryLater: .transient
        case .badInvite, .inviteNeeded, .badFingerprint, .badAccount, .badWords: .invalidInput
        case .noAccountKey, .otherServer, .notJoined, .thisDevice, .revoked: .refused
        case .alreadyJoined, .noSuchRequest, .provisioningUnreadable, .wrongApproval,
            .unexpectedReply:
            .other
        }
    }

    var nextStep: NextStep? {
        switch self {
        case .notJoined: .join
        case .waitingForApproval: .approveDevice
        case .waitsForOperator: .sync
        case .revoked, .provisioningUnreadable: .requestAccess
        case .inviteNeeded: .useInvite
        default: nil
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .notJoined: "This library belongs to no server yet."
        case .alreadyJoined(let server): "This library already belongs to \(server)."
        case .waitingForApproval(let words):
            "This device waits for approval on the first device, with the words: \(words)."
        case .waitsForOperator(let server):
            "The account at \(server) waits until the operator accepts it."
        case .revoked:
            "This device was revoked: it can neither sync nor generate. Everything in the library "
                + "stays: listing, export and backup work. To use the account again on this "
                + "machine, request access with another library folder."
        case .otherServer:
            "The server's key is not the one that the invite or your account names. Nothing was "
                + "sent to it. Ask the operator for the right address."
        case .badInvite: "This is not an invite. An invite starts with ati1-; copy all of it."
        case .inviteNeeded: "This server accepts accounts by invite only. Ask its operator for one."
        case .badFingerprint:
            "This is not a fingerprint. A fingerprint has 32 digits; ask the operator for it."
        case .badAccount:
            "This is not an account id. It has 32 digits and is shown in the status of the first "
                + "device."
        case .badWords: "These are not six words as the new device shows them. Type all six."
        case .noSuchRequest(let waiting):
            "No waiting device shows these words (\(waiting) waiting). Compare them with the words "
                + "on the new device. If they differ, do not approve it."
        case .noAccountKey:
            "This device does not have the account key. Do this on the device where the library "
                + "was made, or where it was restored by the recovery phrase."
        case .thisDevice:
            "A device cannot revoke itself. Do this on another device that has the account key."
        case .provisioningUnreadable:
            "What was sealed to this device cannot be opened. Request access again."
        case .wrongApproval:
            "The approval is not signed by the account that was asked. Nothing was accepted."
        case .tryLater(let reason, let moment):
            "\(reason) Nothing was lost. Try again at \(moment)."
        case .unexpectedReply(let what): "The server's reply cannot be used: \(what)."
        }
    }
}
