/// Why the library did not do what it was asked; nothing was changed.
public enum LibraryError: Error, Equatable, CustomStringConvertible {
    /// There is no library in the folder.
    case notALibrary(folder: String)
    /// There is a library in the folder already.
    case alreadyALibrary(folder: String)
    /// A file or folder cannot be written.
    case unwritable(path: String, reason: String)
    /// A file cannot be read.
    case unreadable(path: String, reason: String)
    /// A file is there, and was not told to give way.
    case isThere(path: String)
    /// A file must not be written under this name.
    case badOutput(path: String, reason: String)
    /// Neither an option nor the environment says where the library or the home folder is.
    case noHome
    /// Another process generates or syncs.
    case busy
    /// A file of the library is missing or changed.
    case damaged(path: String, reason: String)
    /// No object has this id.
    case unknown(kind: String, name: String)
    /// A text is empty, too long or holds what it must not.
    case badText(field: String, reason: String)
    /// A number lies outside its range.
    case badNumber(field: String, lowest: Int64, highest: Int64)
    /// The file is not a whole picture.
    case notAPicture(path: String, reason: String)
    /// A work in the library is too small to learn from.
    case workTooSmall(title: String, width: Int, height: Int)
    /// The picture marks no part of a work.
    case notAMask(path: String, reason: String)
    /// The file is larger than is read.
    case tooLarge(path: String, limit: Int)
    /// A model of that name is there already.
    case nameTaken(String)
    /// No work fits what was asked for.
    case noWorks
    /// The object's file lies on another device.
    case elsewhere(kind: String, device: String)
    /// Rendering again gave other pixels than the first time.
    case otherPixels
    /// The library belongs to no server yet.
    case notJoined
    /// The library belongs to a server already.
    case alreadyJoined(server: String)
    /// This device asked to join an account and waits for the approval.
    case waitingForApproval(words: String)
    /// The server's key is not the one that the invite or the account names.
    case otherServer
    /// The invite is not one.
    case badInvite
    /// The server takes accounts by invite only.
    case inviteNeeded
    /// The fingerprint is not one.
    case badFingerprint
    /// The server's operator has not let the account in yet.
    case waitsForOperator(server: String)
    /// The account id is not one.
    case badAccount
    /// The six words are not six words.
    case badWords
    /// No waiting device shows these words.
    case noSuchRequest(waiting: Int)
    /// Another device of the account has revoked this one.
    case revoked
    /// Only a device with the account key can do this.
    case noAccountKey
    /// A device cannot revoke itself.
    case thisDevice
    /// What was sealed to this device cannot be opened.
    case welcomeUnreadable
    /// An approval is not by the account that was asked.
    case wrongApproval
    /// The generation has no receipt yet, so that its watermark stays.
    case noReceipt(reason: String)
    /// The account may not generate now.
    case refused(reason: String)
    /// The server asks to be left alone until a time that is too far away to wait for.
    case tryLater(reason: String, at: Moment)
    /// The server answered with something its protocol does not know.
    case unexpectedReply(String)
    /// The generation is no sheet of drafts.
    case notASheet(name: String)
    /// The generation is a sheet of drafts.
    case notAPictureButASheet(name: String)
    /// More drafts of one sheet than are drawn in full.
    case tooManyPicks(limit: Int)
    /// Nothing in the trash has this id.
    case notInTrash(name: String)
    /// What is in the trash cannot come back.
    case notRestorable(name: String, reason: String)
    /// It was stopped; the credit is safe.
    case stopped

    /// What may help.
    var kind: Failure.Kind {
        switch self {
        case .notALibrary, .alreadyALibrary, .unwritable, .isThere, .noHome: .storage
        case .busy, .waitingForApproval, .waitsForOperator, .stopped, .tryLater: .transient
        case .badText, .badNumber, .badInvite, .inviteNeeded, .badFingerprint, .badAccount,
            .badWords, .badOutput, .notASheet, .notAPictureButASheet, .tooManyPicks:
            .invalidInput
        case .noReceipt, .refused, .noAccountKey, .otherServer, .notJoined, .thisDevice,
            .revoked:
            .refused
        default: .other
        }
    }

    /// The text form.
    public var description: String {
        storageText ?? objectText ?? accountText
    }
}
