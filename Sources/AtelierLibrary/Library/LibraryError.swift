/// What is wrong with the library's folder, with a file, or with what a service was asked for.
///
/// Nothing was changed, unless a case says otherwise.
public enum LibraryError: ServiceError {
    /// There is no library in the folder.
    case notALibrary(folder: String)
    /// There is a library in the folder already.
    case alreadyALibrary(folder: String)
    /// Neither an option nor the environment says where the library or the home folder is.
    case noHome
    /// Another process generates or syncs.
    case busy
    /// A file or folder cannot be written.
    case unwritable(path: String, reason: String)
    /// A file cannot be read.
    case unreadable(path: String, reason: String)
    /// A file of this name exists, and was not to be replaced.
    case fileExists(path: String)
    /// A file must not be written under this name.
    case badOutput(path: String, reason: String)
    /// A file of the library is missing or changed.
    case damaged(path: String, reason: String)
    /// The file is larger than `limit` bytes.
    case tooLarge(path: String, limit: Int)
    /// The file is not a whole picture, or too small to be a work.
    case notAPicture(path: String, reason: String)
    /// No object has this id.
    case unknown(ObjectKind, name: String)
    /// The object's file lies on another device.
    case elsewhere(kind: String, device: String)
    /// A text is empty, too long or holds a character that it must not.
    case badText(field: String, reason: String)
    /// A number lies outside its range.
    case badNumber(field: String, lowest: Int64, highest: Int64)

    var kind: Failure.Kind {
        switch self {
        case .notALibrary, .alreadyALibrary, .unwritable, .fileExists, .noHome: .storage
        case .busy: .transient
        case .badText, .badNumber, .badOutput: .invalidInput
        case .unreadable, .damaged, .tooLarge, .notAPicture, .unknown, .elsewhere: .other
        }
    }

    var nextStep: NextStep? {
        switch self {
        case .notALibrary: .makeLibrary
        case .noHome: .nameFolder
        case .fileExists: .replaceFile
        case .unknown(let kind, _): kind.list
        default: nil
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .notALibrary(let folder): "There is no library in \(folder)."
        case .alreadyALibrary(let folder):
            "There is already a library in \(folder). Nothing was changed."
        case .noHome:
            "The library's folder is unknown: none of ATELIER_HOME, XDG_DATA_HOME and HOME is set."
        case .busy:
            "Another program is generating or syncing in this library. Try again when it is done."
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason). Nothing was changed."
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .fileExists(let path):
            "\(path) exists already and was not changed. Choose another name, or replace it."
        case .badOutput(let path, let reason):
            "\(path) was not written: \(reason). Choose another name."
        case .damaged(let path, let reason): "\(path) is damaged: \(reason)."
        case .tooLarge(let path, let limit):
            "\(path) is larger than \(limit) bytes, the largest size that is read."
        case .notAPicture(let path, let reason): "\(path) was not added or used. \(reason)"
        case .unknown(let kind, let name): "There is no \(kind.rawValue) \"\(name)\"."
        case .elsewhere(let kind, let device):
            "The file of this \(kind) is only on the device \"\(device)\". Do this there."
        case .badText(let field, let reason): "The \(field) \(reason)."
        case .badNumber(let field, let lowest, let highest):
            "The \(field) must be between \(lowest) and \(highest)."
        }
    }
}

/// What an id names, as messages call it.
public enum ObjectKind: String, Sendable {
    /// A work.
    case work
    /// A work of the model that is used.
    case workOfModel = "work of this model"
    /// A style model.
    case model
    /// A picture, or a sheet of drafts.
    case generation
    /// A device of the account.
    case device
    /// A conflict.
    case conflict
    /// A case that the account is a side of.
    case rightsCase = "case"

    /// Where all of them are listed.
    var list: NextStep {
        switch self {
        case .work, .workOfModel: .listWorks
        case .model: .listModels
        case .generation: .listGenerations
        case .device: .listDevices
        case .conflict: .listConflicts
        case .rightsCase: .listCases
        }
    }
}
