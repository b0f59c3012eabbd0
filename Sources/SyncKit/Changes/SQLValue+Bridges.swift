public import Foundation
public import GRDB

extension SQLValue: DatabaseValueConvertible {
    /// The value as GRDB holds it. Text that is not UTF-8 becomes text with replacement characters,
    /// as everywhere in GRDB.
    public var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let bytes): String(decoding: bytes, as: UTF8.self).databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    /// The value that GRDB holds.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> SQLValue? {
        switch value.storage {
        case .null: .null
        case .int64(let value): .integer(value)
        case .double(let value): .real(value)
        case .string(let text): .text(text)
        case .blob(let data): .blob(Array(data))
        }
    }

    /// What GRDB stores for a value: a `Date` as text, a `UUID` as 16 bytes; null for nil.
    public init(_ value: (any DatabaseValueConvertible)?) {
        self = value.flatMap { SQLValue.fromDatabaseValue($0.databaseValue) } ?? .null
    }

    /// The value as another type, by GRDB's rules; nil where it is null, or no such value.
    public func decoded<Value: DatabaseValueConvertible>(as type: Value.Type = Value.self) -> Value?
    {
        Value.fromDatabaseValue(databaseValue)
    }
}

extension RowKey: DatabaseValueConvertible {
    /// The key of a UUID: the same 16 bytes.
    public init(_ uuid: UUID) {
        let bytes = withUnsafeBytes(of: uuid.uuid) { Array($0) }
        self.init(
            high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The key as a UUID: the same 16 bytes.
    public var uuid: UUID {
        bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The 16 bytes as a blob.
    public var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    /// The key that a blob of 16 bytes holds, else nil.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> RowKey? {
        guard case .blob(let data) = value.storage else { return nil }
        return RowKey(data)
    }
}
