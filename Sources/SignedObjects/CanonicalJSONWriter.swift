import Foundation
import SystemSupport

extension CanonicalJSON {
    /// Writes a value in the one form, byte for byte what ``encoder`` writes.
    ///
    /// What is signed does not depend on how some version of Foundation sorts keys or spells
    /// numbers, and costs a third of its time.
    ///
    /// - Throws: `EncodingError` where a number is infinite or none, or a value encodes nothing.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = ValueEncoder()
        var writer = CanonicalJSONWriter()
        writer.write(try encoder.value(of: value))
        return writer.bytes
    }
}

/// A value on its way to text.
private enum JSONForm {
    case null
    case bool(Bool)
    case whole(Int64)
    /// Numbers that are not of 64 bits, and fractions.
    case digits(String)
    case text(String)
    case list(JSONList)
    case object(JSONObject)
    /// What ``Encoder`` calls a super encoder writes after it was handed out.
    case later(ValueEncoder)
}

private final class JSONList {
    var items: [JSONForm] = []
}

private final class JSONObject {
    var members: [(key: String, value: JSONForm)] = []

    /// In the order of their keys; of two with one key the later one.
    var sorted: [(key: String, value: JSONForm)] {
        let order = members.indices.sorted {
            (members[$0].key, $0) < (members[$1].key, $1)
        }
        var sorted: [(key: String, value: JSONForm)] = []
        sorted.reserveCapacity(order.count)
        for index in order {
            if sorted.last?.key == members[index].key { sorted.removeLast() }
            sorted.append(members[index])
        }
        return sorted
    }
}

/// The text of a value.
private struct CanonicalJSONWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(1024) }

    mutating func write(_ form: JSONForm) {
        switch form {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .whole(let number): write(number.description)
        case .digits(let digits): write(digits)
        case .text(let text): write(quoting: text)
        case .later(let encoder): write(encoder.form ?? .object(JSONObject()))
        case .list(let list):
            write(list.items, between: "[", and: "]") { $0.write($1) }
        case .object(let object):
            write(object.sorted, between: "{", and: "}") { writer, member in
                writer.write(quoting: member.key)
                writer.bytes.append(UInt8(ascii: ":"))
                writer.write(member.value)
            }
        }
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write<Item>(
        _ items: [Item], between first: Unicode.Scalar, and last: Unicode.Scalar,
        _ body: (inout Self, Item) -> Void
    ) {
        bytes.append(UInt8(ascii: first))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            body(&self, item)
        }
        bytes.append(UInt8(ascii: last))
    }

    /// RFC 8259 asks for quotes, backslashes and control characters to be escaped.
    private mutating func write(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x08: write("\\b")
            case 0x09: write("\\t")
            case 0x0A: write("\\n")
            case 0x0C: write("\\f")
            case 0x0D: write("\\r")
            case 0..<0x20: write("\\u00" + Hexadecimal.encode([byte]))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Turns values into forms, one after the other.
private final class ValueEncoder: Encoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    /// What the value that is being encoded has come to.
    fileprivate var form: JSONForm?
    /// Whether the object is a dictionary, whose keys are data and stay as they are.
    private var keepsKeys = false

    func value(of value: some Encodable) throws -> JSONForm {
        let outer = (form, keepsKeys)
        defer { (form, keepsKeys) = outer }
        form = nil
        keepsKeys = value is any KeyedByText
        if type(of: value) == Data.self, let data = value as? Data {
            return .text(data.base64EncodedString())
        }
        try value.encode(to: self)
        guard let form else {
            throw EncodingError.invalidValue(
                value,
                EncodingError.Context(codingPath: [], debugDescription: "It encodes nothing."))
        }
        return form
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let object: JSONObject
        if case .object(let known)? = form { object = known } else { object = JSONObject() }
        form = .object(object)
        return KeyedEncodingContainer(
            ObjectContainer(object: object, encoder: self, keepsKeys: keepsKeys))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let list: JSONList
        if case .list(let known)? = form { list = known } else { list = JSONList() }
        form = .list(list)
        return ListContainer(list: list, encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(encoder: self)
    }
}

/// Dictionaries whose keys are texts.
private protocol KeyedByText {}
extension Dictionary: KeyedByText where Key == String, Value: Encodable {}

extension JSONForm {
    fileprivate init(_ number: some FixedWidthInteger) {
        self = Int64(exactly: number).map(JSONForm.whole) ?? .digits(number.description)
    }

    /// The shortest text that reads as the same number; whole ones without a fraction.
    fileprivate init<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ number: Number
    ) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number,
                EncodingError.Context(
                    codingPath: [], debugDescription: "JSON has no infinite numbers."))
        }
        let text = number.description
        self = .digits(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let object: JSONObject
    let encoder: ValueEncoder
    let keepsKeys: Bool
    var codingPath: [any CodingKey] { [] }

    private func add(_ form: JSONForm, _ key: some CodingKey) {
        let name = key.stringValue
        object.members.append((keepsKeys ? name : CanonicalJSON.snakeCase(name), form))
    }

    func encodeNil(forKey key: Key) { add(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { add(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { add(.text(value), key) }
    func encode(_ value: some FixedWidthInteger & Encodable, forKey key: Key) {
        add(JSONForm(value), key)
    }
    func encode(
        _ value: some BinaryFloatingPoint & LosslessStringConvertible & Encodable, forKey key: Key
    ) throws { add(try JSONForm(value), key) }
    func encode(_ value: some Encodable, forKey key: Key) throws {
        add(try encoder.value(of: value), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let nested = JSONObject()
        add(.object(nested), key)
        return KeyedEncodingContainer(
            ObjectContainer<Nested>(object: nested, encoder: encoder, keepsKeys: false))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let list = JSONList()
        add(.list(list), key)
        return ListContainer(list: list, encoder: encoder)
    }

    func superEncoder() -> any Encoder { superEncoder(named: SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(named: key) }

    private func superEncoder(named key: some CodingKey) -> any Encoder {
        let later = ValueEncoder()
        add(.later(later), key)
        return later
    }
}

/// The name that ``Encoder`` gives the part of a superclass.
private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }
    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}

private struct ListContainer: UnkeyedEncodingContainer {
    let list: JSONList
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { [] }
    var count: Int { list.items.count }

    func encodeNil() { list.items.append(.null) }
    func encode(_ value: Bool) { list.items.append(.bool(value)) }
    func encode(_ value: String) { list.items.append(.text(value)) }
    func encode(_ value: some FixedWidthInteger & Encodable) {
        list.items.append(JSONForm(value))
    }
    func encode(
        _ value: some BinaryFloatingPoint & LosslessStringConvertible & Encodable
    ) throws { list.items.append(try JSONForm(value)) }
    func encode(_ value: some Encodable) throws {
        list.items.append(try encoder.value(of: value))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        let nested = JSONObject()
        list.items.append(.object(nested))
        return KeyedEncodingContainer(
            ObjectContainer<Nested>(object: nested, encoder: encoder, keepsKeys: false))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let nested = JSONList()
        list.items.append(.list(nested))
        return ListContainer(list: nested, encoder: encoder)
    }

    func superEncoder() -> any Encoder {
        let later = ValueEncoder()
        list.items.append(.later(later))
        return later
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { encoder.form = .null }
    func encode(_ value: Bool) { encoder.form = .bool(value) }
    func encode(_ value: String) { encoder.form = .text(value) }
    func encode(_ value: some FixedWidthInteger & Encodable) { encoder.form = JSONForm(value) }
    func encode(
        _ value: some BinaryFloatingPoint & LosslessStringConvertible & Encodable
    ) throws { encoder.form = try JSONForm(value) }
    func encode(_ value: some Encodable) throws { encoder.form = try encoder.value(of: value) }
}

extension CanonicalJSON {
    /// `camelCase` as `camel_case`, as ``encoder`` has it; names have no acronyms in capitals.
    fileprivate static func snakeCase(_ name: String) -> String {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard name.utf8.contains(where: capitals.contains) else { return name }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 4)
        for byte in name.utf8 {
            if capitals.contains(byte) {
                bytes.append(UInt8(ascii: "_"))
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
