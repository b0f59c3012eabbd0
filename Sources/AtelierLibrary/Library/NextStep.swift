/// What a person can do about an error or a finding, by its meaning: the command line names the
/// command to type, the artist's page shows a button. Its JSON form is the raw value.
public enum NextStep: String, Codable, CaseIterable, Sendable {
    /// Make a library, or name the folder of another one.
    case makeLibrary = "make-library"
    /// Name the library's folder.
    case nameFolder = "name-folder"
    /// Write over the file that is there.
    case replaceFile = "replace-file"
    /// Restore the library from a backup.
    case restoreBackup = "restore-backup"
    /// Look at the list of works.
    case listWorks = "list-works"
    /// Look at the list of style models.
    case listModels = "list-models"
    /// Look at the list of generations.
    case listGenerations = "list-generations"
    /// Look at the account's devices.
    case listDevices = "list-devices"
    /// Look at the conflicts.
    case listConflicts = "list-conflicts"
    /// Look at the trash.
    case listTrash = "list-trash"
    /// Add works to the library.
    case addWorks = "add-works"
    /// Train a style model.
    case trainModel = "train-model"
    /// Remove a style model.
    case removeModel = "remove-model"
    /// Remove without the trash.
    case removeForGood = "remove-for-good"
    /// Use a model without one of its works.
    case leaveOutWork = "leave-out-work"
    /// Forget the areas that are marked on a work.
    case clearAreas = "clear-areas"
    /// Make a sheet of drafts.
    case makeSheet = "make-sheet"
    /// Draw drafts of a sheet in full.
    case pickDrafts = "pick-drafts"
    /// Finish the pictures that are paid for.
    case finishPictures = "finish-pictures"
    /// Exchange changes with the server.
    case sync
    /// Open the account on a server.
    case join
    /// Join with an invite.
    case useInvite = "use-invite"
    /// Approve this device on the first one, then sync here.
    case approveDevice = "approve-device"
    /// Ask the account to let this device in.
    case requestAccess = "request-access"
    /// Carry the changes to another device by a file.
    case exportBundle = "export-bundle"
}

/// An error of one of the library's services; its text holds no command and no button.
protocol ServiceError: Error, Equatable, CustomStringConvertible {
    /// What kind of error it is.
    var kind: Failure.Kind { get }
    /// What may help; nil where the text says all.
    var nextStep: NextStep? { get }
}
