import SyncKit

/// What one transaction does to one row.
struct RowEffect {
    /// The row was inserted, over nothing or over what was there, and exists.
    private(set) var began = false
    /// The row was deleted and does not exist.
    private(set) var died = false
    /// A life of the row may have ended: it was deleted on the way, or inserted over.
    private(set) var mayEndLife = false
    /// The values written, by column; all of them where it began.
    private(set) var cells: [Int: SQLValue] = [:]
    /// The values that the transaction found.
    private(set) var found: [Int: SQLValue]?
    private var isTouched = false

    mutating func insert(_ values: [Int: SQLValue], over old: [Int: SQLValue]?) {
        touch(old)
        mayEndLife = mayEndLife || old != nil
        began = true
        died = false
        cells = values
    }

    mutating func write(_ value: SQLValue, to column: Int, over old: [Int: SQLValue]) {
        touch(old)
        cells[column] = value
    }

    mutating func delete(_ old: [Int: SQLValue]) {
        touch(old)
        mayEndLife = true
        began = false
        died = true
        cells = [:]
    }

    private mutating func touch(_ old: [Int: SQLValue]?) {
        if !isTouched { found = old }
        isTouched = true
    }
}

/// What one transaction does, row by row.
struct Effects {
    private(set) var effectsByName: [RowName: RowEffect] = [:]

    subscript(name: RowName) -> RowEffect {
        get { effectsByName[name] ?? RowEffect() }
        set { effectsByName[name] = newValue }
    }

    var isEmpty: Bool { effectsByName.isEmpty }
}
