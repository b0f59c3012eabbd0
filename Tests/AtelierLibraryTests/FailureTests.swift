import AtelierLibrary
import SignedObjects
import Testing

@Suite struct FailureTests {
    private static let errors: [any Error] = [
        LibraryError.notALibrary(folder: "f"), LibraryError.alreadyALibrary(folder: "f"),
        LibraryError.noHome, LibraryError.busy, LibraryError.unwritable(path: "p", reason: "r"),
        LibraryError.unreadable(path: "p", reason: "r"), LibraryError.fileExists(path: "p"),
        LibraryError.badOutput(path: "p", reason: "r"),
        LibraryError.damaged(path: "p", reason: "r"), LibraryError.tooLarge(path: "p", limit: 1),
        LibraryError.notAPicture(path: "p", reason: "r."), LibraryError.unknown(.work, name: "n"),
        LibraryError.elsewhere(kind: "work", device: "d"),
        LibraryError.badText(field: "f", reason: "r"),
        LibraryError.badNumber(field: "f", lowest: 0, highest: 1),
        WorkError.tooSmall(title: "t", width: 1, height: 1),
        WorkError.notAMask(path: "p", reason: "r", nextStep: .clearAreas),
        ModelError.nameTaken("m"), ModelError.noWorks, GenerationError.stopped,
        GenerationError.otherPixels, GenerationError.noReceipt(reason: "r", nextStep: .sync),
        GenerationError.notCopied(path: "/p", reason: "r"), GenerationError.changedRow,
        GenerationError.notASheet(name: "n"),
        GenerationError.isASheet(name: "n"), GenerationError.tooManyPicks(limit: 4),
        TrashError.notInTrash(name: "n"), TrashError.notRestorable(name: "n", reason: "r."),
        TrashError.tooLongToKeep(name: "n"), AccountError.notJoined,
        AccountError.alreadyJoined(server: "s"), AccountError.waitingForApproval(words: "a b"),
        AccountError.waitsForOperator(server: "s"), AccountError.revoked, AccountError.otherServer,
        AccountError.badInvite, AccountError.inviteNeeded, AccountError.badFingerprint,
        AccountError.badAccount, AccountError.badWords, AccountError.noSuchRequest(waiting: 1),
        AccountError.noAccountKey, AccountError.thisDevice, AccountError.provisioningUnreadable,
        AccountError.wrongApproval, AccountError.unexpectedReply("r"),
        AccountError.tryLater(reason: "r.", at: Moment(UnixTime(milliseconds: 0))),
        PhraseError.wrongChecksum, PhraseError.unusableKey(purpose: "account"),
    ]

    // Goal: an error's text can be shown anywhere: it is a sentence, and names no command to type.
    // Method: every case of every area's error; neither the program's name nor an option in it.
    @Test func textsHoldNoCommands() {
        for error in Self.errors {
            let text = Failure(error).text
            #expect(!text.contains("atelier ") && !text.contains("--"), "\(text)")
            #expect(text.hasSuffix("."), "\(text)")
        }
    }

    // Goal: what helps is told where the text alone does not help.
    // Method: one error each with a next step, and one without.
    @Test func aNextStepIsToldByItsMeaning() {
        #expect(Failure(AccountError.notJoined).nextStep == .join)
        #expect(Failure(GenerationError.stopped).nextStep == .finishPictures)
        #expect(Failure(LibraryError.unknown(.generation, name: "n")).nextStep == .listGenerations)
        #expect(Failure(LibraryError.busy).nextStep == nil)
        #expect(Failure(LibraryError.busy).kind == .transient)
    }
}
