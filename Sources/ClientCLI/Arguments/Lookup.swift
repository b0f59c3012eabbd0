import AtelierLibrary
import Foundation
import SignedObjects

/// Finds an object by what a person types: its name, its id, or the start or end of its id.
struct Lookup<ID: FixedBytes> {
    /// The fewest digits that name an object by the start or end of its id.
    private static var fewestDigits: Int { 4 }

    /// What messages call such an object, such as `work`.
    let kind: String
    /// Where all of them are listed.
    let list: NextStep

    /// The one object that `text` names.
    ///
    /// - Parameters:
    ///   - ids: The objects' ids.
    ///   - named: The ids of the objects whose whole name is `text`.
    /// - Throws: ``LookupError``.
    func id(_ text: String, among ids: [ID], named: [ID] = []) throws(LookupError) -> ID {
        if named.count == 1, let only = named.first { return only }
        if named.count > 1 { throw .ambiguous(kind: kind, name: text, count: named.count) }
        let digits = text.lowercased()
        guard (Self.fewestDigits...ID.byteCount * 2).contains(digits.utf8.count) else {
            throw .unknown(kind: kind, name: text, list: list)
        }
        let found = ids.filter { id in
            let whole = id.description
            return whole.hasPrefix(digits) || whole.hasSuffix(digits)
        }
        guard let first = found.first else { throw .unknown(kind: kind, name: text, list: list) }
        guard found.count == 1 else {
            throw .ambiguous(kind: kind, name: text, count: found.count)
        }
        return first
    }
}

/// Why a text names no object.
enum LookupError: Error, CustomStringConvertible {
    /// No object has this name or id, or an id that starts or ends so.
    case unknown(kind: String, name: String, list: NextStep)
    /// Several objects have this name, or an id that starts or ends so.
    case ambiguous(kind: String, name: String, count: Int)

    var description: String {
        switch self {
        case .unknown(let kind, let name, let list):
            "There is no \(kind) \"\(name.prefix(64))\". \(list.hint)"
        case .ambiguous(let kind, let name, let count):
            "\(count) \(kind)s match \"\(name.prefix(64))\". Type more of the id."
        }
    }
}

extension Library {
    /// The work whose id is, starts or ends with `text`.
    func workID(_ text: String) throws -> WorkID {
        try Lookup(kind: "work", list: .listWorks).id(text, among: try works.ids())
    }

    /// The work whose id is, starts or ends with `text`, or the picture file of that name.
    ///
    /// - Throws: ``LookupError`` where there is neither.
    func afterSource(_ text: String) throws -> GenerationOrder.AfterSource {
        do {
            return .work(try workID(text))
        } catch LookupError.unknown(let kind, let name, let list) {
            guard let file = try FileArgument(argument: text)?.url,
                FileManager.default.fileExists(atPath: file.path)
            else { throw LookupError.unknown(kind: "\(kind) or picture", name: name, list: list) }
            return .picture(file)
        }
    }

    /// The style model whose name is `text`, or whose id is, starts or ends with it.
    func modelID(_ text: String) throws -> ModelID {
        let models = try styles.all()
        return try Lookup(kind: "model", list: .listModels).id(
            text, among: models.map(\.id), named: models.filter { $0.name == text }.map(\.id))
    }

    /// The generation whose id is, starts or ends with `text`.
    func generationID(_ text: String) throws -> GenerationID {
        try Lookup(kind: "generation", list: .listGenerations).id(
            text, among: try generations.ids())
    }

    /// What was removed under an id that is, starts or ends with `text`.
    func trashedID(_ text: String) throws -> RowID {
        try Lookup(kind: "removed object", list: .listTrash).id(
            text, among: try trash.all().map(\.id))
    }

    /// The device of the account, not revoked, whose name is `text`, or whose id starts or ends so.
    func deviceID(_ text: String) async throws -> DeviceID {
        let devices = try await account.devices().devices.filter { !$0.isRevoked }
        return try Lookup(kind: "device", list: .listDevices).id(
            text, among: devices.map(\.id), named: devices.filter { $0.name == text }.map(\.id))
    }
}

extension GenerationOrder.AfterSource {
    /// The file, if it is one that the person named.
    var file: URL? {
        guard case .picture(let file) = self else { return nil }
        return file
    }
}
