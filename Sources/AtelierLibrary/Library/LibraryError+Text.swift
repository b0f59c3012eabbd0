import StyleKit

extension LibraryError {
    init(tooSmall work: Work) {
        self = .workTooSmall(title: work.title, width: work.width, height: work.height)
    }

    var storageText: String? {
        switch self {
        case .notALibrary(let folder):
            "There is no library in \(folder). Make one: atelier init. "
                + "Or name its folder: --home DIR."
        case .alreadyALibrary(let folder):
            "There is a library in \(folder) already. Nothing was changed."
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason). Nothing was changed."
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)."
        case .isThere(let path):
            "\(path) is there already and was left as it is. Choose another name, or replace it: "
                + "--force."
        case .badOutput(let path, let reason):
            "\(path) is not written: \(reason). Choose another name. Nothing was changed."
        case .noHome:
            "Nothing says where the library is: HOME is not set, nor ATELIER_HOME or "
                + "XDG_DATA_HOME. Name its folder: --home DIR."
        case .busy:
            "Another atelier is generating or syncing in this library. Try again when it is done."
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason)."
        case .notAPicture(let path, let reason):
            "\(path) was not taken. \(reason)"
        case .workTooSmall(let title, let width, let height):
            "The work \"\(title)\" is \(width) × \(height) pixels; "
                + "\(StyleKit.Limits.workSide) on each side is the least to learn from. "
                + "Choose the others, or remove it and add a larger one."
        case .notAMask(let path, let reason):
            "\(path) is no mask for this work. \(reason) Nothing was changed."
        case .tooLarge(let path, let limit):
            "\(path) is over \(limit) bytes, more than is read."
        default: nil
        }
    }

    var objectText: String? {
        switch self {
        case .unknown(let kind, let name):
            "There is no \(kind) \"\(name)\". See: atelier \(kind)s list."
        case .badText(let field, let reason):
            "The \(field) \(reason)."
        case .badNumber(let field, let lowest, let highest):
            "The \(field) must be \(lowest) to \(highest)."
        case .nameTaken(let name):
            "There is a model \"\(name)\" already. "
                + "Choose another name or remove it: atelier models remove."
        case .noWorks:
            "No work fits. Add some first: atelier works add FILE --mine."
        case .elsewhere(let kind, let device):
            "The file of this \(kind) lies on the device \"\(device)\" only. Do this there."
        case .otherPixels:
            "Rendering again gave other pixels, so nothing was written. "
                + "The model or this program is not the one of the first time."
        case .noReceipt(let reason):
            "The watermark stays until the server has countersigned: \(reason) "
                + "Export with the watermark works at any time."
        case .refused(let reason): reason
        case .notASheet(let name):
            "\(name) is no sheet of drafts. Make one: atelier generate --model NAME --drafts 9."
        case .notAPictureButASheet(let name):
            "\(name) is a sheet of drafts. Draw some in full first: "
                + "atelier generate --finish \(name) --pick 1."
        case .tooManyPicks(let limit):
            "At most \(limit) drafts of one sheet are drawn in full."
        case .notInTrash(let name):
            "Nothing in the trash answers to \"\(name)\". See: atelier works trash."
        case .notRestorable(let name, let reason):
            "\"\(name)\" \(reason)"
        case .stopped:
            "Stopped. No credit is lost; go on with: atelier generate --resume."
        default: nil
        }
    }

    var accountText: String {
        switch self {
        case .notJoined:
            "This library belongs to no server yet. Join one: atelier join URL --invite CODE."
        case .alreadyJoined(let server):
            "This library already belongs to \(server)."
        case .waitingForApproval(let words):
            "This device waits for approval. On the first device: "
                + "atelier devices approve \(words). Then: atelier sync."
        case .otherServer:
            "The server shows another key than the invite or your account names, so it was told "
                + "nothing. Ask the operator for the right address."
        case .badInvite:
            "This is not an invite. An invite starts with ati1-; copy all of it."
        case .inviteNeeded:
            "This server takes accounts by invite. Ask its operator for one: --invite CODE."
        case .badFingerprint:
            "This is not a fingerprint: 32 digits, as the operator tells it."
        case .waitsForOperator(let server):
            "The account was asked for at \(server) and waits until the operator lets it in. "
                + "Then: atelier sync."
        case .badAccount:
            "This is not an account id: 32 digits, shown by atelier status on the first device."
        case .badWords:
            "These are not six words as the new device shows them. Type all six."
        case .noSuchRequest(let waiting):
            "No waiting device shows these words (\(waiting) waiting). "
                + "Compare them with the new device's; if they differ, do not approve."
        case .revoked:
            "This device was put out of its account: it can neither sync nor generate. What it "
                + "holds stays: listing, export and backup work. To come back, ask to be let in "
                + "with another folder: atelier devices request."
        case .noAccountKey:
            "This device does not hold the account key. "
                + "Do this where the library was made, or where it was restored by its phrase."
        case .thisDevice:
            "A device cannot put itself out. Do this on another one that holds the account key."
        case .welcomeUnreadable:
            "What was sealed to this device cannot be opened. Ask again: atelier devices request."
        case .wrongApproval:
            "The approval is not by the account that was asked. Nothing was accepted."
        case .tryLater(let reason, let moment):
            "\(reason) Nothing was lost. Try again at \(moment)."
        case .unexpectedReply(let what):
            "The server's reply cannot be used: \(what)."
        default: "The library failed."
        }
    }
}
