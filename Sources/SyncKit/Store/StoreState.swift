import GRDB

/// The single values a store remembers, read and written inside a transaction.
struct StoreState {
    let db: Database

    /// This copy of the library.
    var replica: ReplicaID {
        get throws {
            guard let replica = ReplicaID(try bytes("replica")) else {
                throw StoreError.damaged("sync_state.replica")
            }
            return replica
        }
    }

    /// The latest moment issued or received.
    var clock: HybridClock {
        get throws {
            let latest = UInt64(clamping: try integer("clock"))
            return HybridClock(latest: HybridTimestamp(rawValue: latest))
        }
    }

    /// The server's place up to which everything is applied.
    var cursor: Int64 { get throws { try integer("cursor") } }

    /// The number of the last sealed segment.
    var segmentNumber: Int64 { get throws { try integer("number") } }

    /// The digest of the last sealed segment.
    var previousSegment: [UInt8] {
        get throws {
            let bytes = try bytes("previous")
            return bytes.count == 32 ? bytes : [UInt8](repeating: 0, count: 32)
        }
    }

    /// What must be added to this device's clock to get server time, in milliseconds.
    var clockOffset: Int64 { get throws { try integer("clock_offset") } }

    /// The declared schema whose triggers are installed.
    var installedSchema: [UInt8] { get throws { try bytes("schema") } }

    func set(_ name: String, _ value: SQLValue) throws {
        let statement = try PreparedStatement(
            "INSERT OR REPLACE INTO sync_state(name, value) VALUES(?, ?)", in: db)
        try statement.run(.text(name), value)
    }

    func setClock(_ clock: HybridClock) throws {
        try set("clock", .integer(Int64(clamping: clock.latest.rawValue)))
    }

    private func value(_ name: String) throws -> SQLValue {
        let statement = try PreparedStatement(
            "SELECT value FROM sync_state WHERE name = ?", in: db)
        try statement.bind([.text(name)])
        return try statement.step() ? statement.value(0) : .null
    }

    private func integer(_ name: String) throws -> Int64 {
        if case .integer(let value) = try value(name) { value } else { 0 }
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        switch try value(name) {
        case .blob(let bytes), .text(let bytes): bytes
        case .null, .integer, .real: []
        }
    }
}
