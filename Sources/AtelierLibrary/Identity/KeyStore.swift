import Foundation
import SignedObjects
import SystemSupport

/// The files of the `keys` folder: mode 0600, written atomically.
package struct KeyStore: Sendable {
    let folder: LibraryFolder

    func deviceKeys() throws -> DeviceKeys {
        guard LibraryFile.exists(folder.deviceKeys) else {
            // A library of another user is not a missing one.
            throw errno == EACCES
                ? LibraryError.unwritable(path: folder.root.shownPath, reason: "permission denied")
                : LibraryError.notALibrary(folder: folder.root.shownPath)
        }
        guard let keys = DeviceKeys(stored: try text(of: folder.deviceKeys)) else {
            throw damaged(folder.deviceKeys)
        }
        return keys
    }

    func save(_ keys: DeviceKeys) throws {
        try write(Array(try keys.stored().utf8), to: folder.deviceKeys)
    }

    /// The account's private key; nil on a device that another one approved.
    func accountKey() throws -> SigningKey? {
        guard LibraryFile.exists(folder.accountKey) else { return nil }
        let bytes = Base64URL.decode(try text(of: folder.accountKey))
        guard let key = bytes.flatMap(SigningKey.init(bytes:)) else {
            throw damaged(folder.accountKey)
        }
        return key
    }

    func save(accountKey: SigningKey) throws {
        try write(Array(Base64URL.encode(accountKey.bytes).utf8), to: folder.accountKey)
    }

    func libraryKeys() throws -> [LibraryKey] {
        guard LibraryFile.exists(folder.libraryKeys) else { return [] }
        return try decode(folder.libraryKeys)
    }

    func save(_ keys: [LibraryKey]) throws {
        try write(Array(try CanonicalJSON.encoder.encode(keys)), to: folder.libraryKeys)
    }

    func membership() throws -> Membership {
        try decode(folder.membership)
    }

    func save(_ membership: Membership) throws {
        try write(Array(try CanonicalJSON.encoder.encode(membership)), to: folder.membership)
    }

    private func write(_ bytes: [UInt8], to file: URL) throws {
        try LibraryFile.write(bytes, to: file, mode: 0o600)
    }

    private func text(of file: URL) throws -> String {
        let bytes = try LibraryFile.read(file, limit: Limits.smallFileBytes)
        return String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func decode<Value: Decodable>(_ file: URL) throws -> Value {
        let bytes = try LibraryFile.read(file, limit: Limits.smallFileBytes)
        do {
            return try CanonicalJSON.decoder.decode(Value.self, from: Data(bytes))
        } catch {
            throw damaged(file)
        }
    }

    private func damaged(_ file: URL) -> LibraryError {
        .damaged(
            path: file.shownPath,
            reason: "it is not what Atelier wrote. Restore it from a backup")
    }
}
