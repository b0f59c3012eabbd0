import Foundation
import GRDB
public import SignedObjects
import StyleKit

/// One row whose values may have any type, whatever the column's: any program may write them.
struct StoredRow {
    let row: Row

    init(_ row: Row) {
        self.row = row
    }

    func text(_ column: String) -> String {
        CheckedText.shown(String.fromDatabaseValue(value(column)) ?? "")
    }

    /// The number, clamped to `range`; its lower end where the column holds none.
    func real(_ column: String, in range: ClosedRange<Double>) -> Double {
        let number = Double.fromDatabaseValue(value(column)) ?? range.lowerBound
        return number.isNaN
            ? range.lowerBound : min(max(number, range.lowerBound), range.upperBound)
    }

    /// Text for a program to read, not to show.
    func rawText(_ column: String) -> String {
        String.fromDatabaseValue(value(column)) ?? ""
    }

    /// The integer, clamped to `range`, so that arithmetic with it cannot overflow; the number
    /// nearest to 0 where the column holds none.
    func number(_ column: String, in range: ClosedRange<Int>) -> Int {
        let number = Int.fromDatabaseValue(value(column)) ?? 0
        return min(max(number, range.lowerBound), range.upperBound)
    }

    /// Whether the column holds a number that is not 0.
    func isSet(_ column: String) -> Bool {
        (Int.fromDatabaseValue(value(column)) ?? 0) != 0
    }

    func moment(_ column: String) -> Moment {
        Moment(column: Int64.fromDatabaseValue(value(column)) ?? 0)
    }

    func id<ID: RowIdentifier>(_ column: String, as type: ID.Type = ID.self) -> ID? {
        Data.fromDatabaseValue(value(column)).flatMap { ID($0) }
    }

    /// The small copy that a row carries; nil where it holds none, or bytes that are none.
    var preview: PicturePreview? {
        Data.fromDatabaseValue(value("preview")).flatMap { PicturePreview(Array($0.prefix(64))) }
    }

    private func value(_ column: String) -> DatabaseValue {
        row[column] ?? .null
    }
}

/// A SQLite text may hold a NUL character, where GRDB stops reading: a title would be cut silently,
/// and two different ones could look alike.
extension Row {
    /// The rows of a query with complete texts.
    static func fetchWhole(
        _ database: Database, sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> [Row] {
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var rows: [Row] = []
        while let row = try cursor.next() { rows.append(try row.whole()) }
        return rows
    }

    /// A copy that outlives the query. Only lengths are compared, so that usual rows cost no more
    /// than a copy.
    private func whole() throws -> Row {
        var texts: [String: String] = [:]
        for (index, column) in columnNames.enumerated() {
            guard case .string(let text) = (self[index] as DatabaseValue).storage else { continue }
            try withUnsafeData(atIndex: index) { data in
                guard let data, data.count != text.utf8.count else { return }
                texts[column] = String(decoding: data, as: UTF8.self)
            }
        }
        guard !texts.isEmpty else { return copy() }
        var columns: [String: (any DatabaseValueConvertible)?] = [:]
        for (column, value) in self { columns[column] = texts[column]?.databaseValue ?? value }
        return Row(columns)
    }
}

/// Names one row: a version 7 UUID (RFC 9562), so that ids sort in the order of their making.
///
/// Text form: 32 lowercase hexadecimal digits. SQL form: a blob of 16 bytes.
public protocol RowIdentifier: FixedBytes {}

/// Names a work.
public struct WorkID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a style model.
public struct ModelID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a generation: a picture, or a sheet of drafts.
public struct GenerationID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a row of a table that is known from elsewhere, such as a removed one.
public struct RowID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The id of a row of one kind, without its kind.
    public init(_ id: some RowIdentifier) { self.init(checked: id.bytes) }
}

extension RowIdentifier {
    /// 16.
    public static var byteCount: Int { 16 }

    /// The last eight digits: those of rows made together differ there, not at the start.
    public var short: String { String(description.suffix(8)) }

    /// A new id: 48 bits of milliseconds since 1970 UTC, then 10 random bytes, in which the version
    /// (7) and the variant replace 6 bits.
    init(time: UnixTime, random: [UInt8]) {
        let clock = withUnsafeBytes(of: UInt64(clamping: time.milliseconds).bigEndian) { Array($0) }
        var bytes = Array((clock.suffix(6) + random + [UInt8](repeating: 0, count: 10)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.init(checked: bytes)
    }

    /// The id as SQLite stores it.
    var data: Data { Data(bytes) }

    /// The id of a row without a valid one; SyncKit lets no such row be written.
    static var none: Self { Self(checked: [UInt8](repeating: 0, count: byteCount)) }
}

/// The values that stay on this device: rows of the table `local_values`, never synced.
enum LocalValue: String {
    /// Milliseconds that server time was ahead of this device's clock at the last contact.
    case clockOffset = "clock_offset_ms"
    /// When this device last synced, in milliseconds since 1970 UTC by the corrected clock.
    case lastSync = "last_sync_ms"
    /// The wallet's snapshot: JSON.
    case wallet
    /// The bodies that were finished here, whose rows may be removed: JSON.
    case finished
    /// The doubts of the last sync: JSON.
    case doubts
    /// The last verified head of the server's audit log: compact.
    case auditHead = "audit_head"
    /// A head that contradicts it, as proof: compact.
    case auditContradiction = "audit_contradiction"
    /// The account's devices by the server's last answer: JSON.
    case devices
    /// The serial up to which the list of reservations is known.
    case reservationSerial = "reservation_serial"
    /// The server's epoch at that serial.
    case reservationEpoch = "reservation_epoch"
    /// The epoch of the server that has confirmed what was withdrawn and reserved.
    case rightsEpoch = "rights_epoch"
    /// The account's cases as of the last sync: JSON.
    case cases
    /// The serial of the last order about a case that they include.
    case caseOrder = "case_order"
    /// The certificate with which this device signs pictures: JSON.
    case signingCertificate = "signing_certificate"
    /// When it was last asked for, by the server's clock, in milliseconds since 1970 UTC.
    case signingCertificateTime = "signing_certificate_ms"
    /// The server's list of revoked certificates: JSON.
    case revocations
    /// The time by which files leave the trash, milliseconds since 1970 UTC.
    case trashTime = "trash_time_ms"
    /// What this device's clock said at the last sweep.
    case trashOwnTime = "trash_own_time_ms"

    func read(_ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT value FROM local_values WHERE key = ?", arguments: [rawValue])
    }

    /// The stored number; nil where there is none in `range`.
    func readNumber(in range: ClosedRange<Int64>, _ database: Database) throws -> Int64? {
        guard let text = try read(database), let number = Int64(text), range.contains(number) else {
            return nil
        }
        return number
    }

    /// The range of differences of two clocks, in milliseconds.
    static let offsets = -UnixTime.latest.milliseconds...UnixTime.latest.milliseconds
    /// The range of times, in milliseconds since 1970 UTC.
    static let moments = 0...UnixTime.latest.milliseconds

    func write(_ value: String, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO local_values(key, value) VALUES(?, ?)
                ON CONFLICT(key) DO UPDATE SET value = excluded.value
                """,
            arguments: [rawValue, value])
    }
}
