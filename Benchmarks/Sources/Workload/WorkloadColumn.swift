/// A column of the table `works`, by its number in the workload.
package enum WorkloadColumn: Int, CaseIterable, Sendable {
    case title, fileHash, width, height, createdAt, license, note

    /// What kind of value the column holds.
    package enum Kind: Sendable {
        case text, blob, integer
    }

    /// The column's name in SQL.
    package var name: String {
        switch self {
        case .title: "title"
        case .fileHash: "file_hash"
        case .width: "width"
        case .height: "height"
        case .createdAt: "created_at"
        case .license: "license"
        case .note: "note"
        }
    }

    /// What kind of value the column holds.
    package var kind: Kind {
        switch self {
        case .title, .license, .note: .text
        case .fileHash: .blob
        case .width, .height, .createdAt: .integer
        }
    }

    /// The column whose number `stream` gives next.
    static func drawn(from stream: inout SeededStream) -> WorkloadColumn {
        allCases[stream.next(below: allCases.count)]
    }
}
