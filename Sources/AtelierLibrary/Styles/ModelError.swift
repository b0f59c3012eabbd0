/// Why no style model was trained or restored; nothing was changed.
public enum ModelError: ServiceError {
    /// Another model has this name.
    case nameTaken(String)
    /// No chosen work can be learned from.
    case noWorks

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .nameTaken: .removeModel
        case .noWorks: .addWorks
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .nameTaken(let name):
            "There is already a model \"\(name)\". Choose another name, or remove that model first."
        case .noWorks: "None of the chosen works is on this device. Add works first."
        }
    }
}
