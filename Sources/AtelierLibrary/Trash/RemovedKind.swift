/// What a removed row was.
public enum RemovedKind: String, Codable, Sendable {
    /// A work.
    case work
    /// A model.
    case model
    /// A generated picture, or a sheet of drafts.
    case generation

    /// The table of its rows.
    var table: String { rawValue + "s" }

    /// The column by which a person knows it.
    var nameColumn: String {
        switch self {
        case .work: "title"
        case .model: "name"
        case .generation: "model_name"
        }
    }

    /// The table of the rows that go and come with it, their column for it, and their value; nil
    /// where there are none.
    var companions: (table: String, owner: String, value: String)? {
        switch self {
        case .work: ("work_tags", "work_id", "tag")
        case .model: ("model_works", "model_id", "work_id")
        case .generation: nil
        }
    }
}
