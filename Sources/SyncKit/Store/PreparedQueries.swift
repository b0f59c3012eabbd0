import GRDB

/// The statements that are asked again and again inside one transaction, each prepared when it is
/// needed: most transactions ask a table one or two.
final class PreparedQueries<Query: CaseIterable & RawRepresentable> where Query.RawValue == Int {
    private let db: Database
    private var statements = [PreparedStatement?](repeating: nil, count: Query.allCases.count)

    init(in db: Database) {
        self.db = db
    }

    /// The statement of a query whose text is `sql`.
    @inline(__always)
    func statement(_ query: Query, _ sql: (Query) -> String) throws -> PreparedStatement {
        if let known = statements[query.rawValue] { return known }
        let statement = try PreparedStatement(sql(query), in: db)
        statements[query.rawValue] = statement
        return statement
    }
}
