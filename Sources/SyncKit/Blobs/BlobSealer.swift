import Crypto
public import Foundation
import SystemSupport

/// Seals whole files of one library for its other devices: files that rows refer to by a digest and
/// that are too large for a column.
///
/// A sealed file is opened in pieces, so that its size costs no memory, and nobody without the
/// library's keys learns what it holds, or by its ``name(of:)`` whether it holds something that
/// they know. Carry it as you like: on a stick, by a folder that another program copies, over a
/// network.
///
/// The form: `SyncKit blob 1`, the epoch of the key in 4 bytes and a random salt of 32; then chunks
/// of 1 MiB, each sealed by ChaChaPoly (RFC 8439) with a key of the file's own, its position, and
/// whether it is the last: no chunk can be changed, exchanged, repeated or left out.
///
/// - Note: The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
public struct BlobSealer: Sendable {
    /// The first bytes of every sealed file.
    private static let prefix = Array("SyncKit blob 1".utf8)
    private static let saltBytes = 32
    private static let tagBytes = 16
    private static var headerBytes: Int { prefix.count + 4 + saltBytes }

    private let keys: LibraryKeys
    private let account: [UInt8]

    /// A sealer for one library.
    ///
    /// - Parameters:
    ///   - keys: The library's keys; a new file is sealed with the newest.
    ///   - account: Whose library, 16 bytes.
    public init(keys: LibraryKeys, account: [UInt8]) {
        precondition(account.count == 16, "an account is 16 bytes")
        self.keys = keys
        self.account = account
    }

    /// The name of a file when it is sealed with the newest key: 32 hexadecimal digits that say
    /// nothing about the digest to whoever has not the key.
    ///
    /// - Parameter digest: SHA-256 of the file's bytes, 32 bytes.
    public func name(of digest: [UInt8]) -> String {
        name(of: digest, epoch: keys.currentEpoch) ?? ""
    }

    /// The names under which a file may stand, by whichever key it was sealed; the newest first.
    ///
    /// - Parameter digest: SHA-256 of the file's bytes, 32 bytes.
    public func names(of digest: [UInt8]) -> [String] {
        keys.epochs.sorted(by: >).compactMap { name(of: digest, epoch: $0) }
    }

    private func name(of digest: [UInt8], epoch: UInt32) -> String? {
        guard
            let key = try? keys.key(
                epoch: epoch, salt: account, for: Array("synckit blob name v1".utf8))
        else { return nil }
        let code = HMAC<SHA256>.authenticationCode(for: digest, using: key)
        return Hexadecimal.encode(Array(code.prefix(16)))
    }

    /// How large a file becomes by being sealed, in bytes.
    public static func sealedSize(of bytes: Int) -> Int {
        let chunks = max(1, (bytes + Limits.blobChunkBytes - 1) / Limits.blobChunkBytes)
        return headerBytes + bytes + chunks * tagBytes
    }

    /// Seals a file. The sealed one is there as a whole or not at all.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - digest: SHA-256 of its bytes, which it must still have.
    ///   - target: Where the sealed file is written; one that is there is replaced.
    ///   - progress: Called with the number of bytes that were read.
    /// - Throws: ``BlobError``.
    public func seal(
        _ source: URL, digest: [UInt8], to target: URL, progress: (Int) -> Void = { _ in }
    ) throws {
        let reader = try BlobReader(source)
        let salt = SecureRandom.bytes(Self.saltBytes)
        let epoch = keys.currentEpoch
        let key = try fileKey(epoch: epoch, salt: salt, digest: digest)
        var header = ByteWriter()
        header.append(Self.prefix)
        header.appendBigEndian(epoch)
        header.append(salt)
        try BlobDraft.write(to: target) { draft in
            try draft.append(header.bytes)
            try Self.convert(reader, by: Limits.blobChunkBytes, source, digest, progress) {
                let sealed = try Self.sealed($0, key, $1, source)
                try draft.append(sealed)
                return $0
            }
        }
    }

    /// Opens a sealed file. What it held is there as a whole or not at all.
    ///
    /// - Parameters:
    ///   - source: The sealed file; it may be hostile.
    ///   - digest: SHA-256 of the bytes that it must hold.
    ///   - target: Where the bytes are written; a file that is there is replaced.
    ///   - limit: The most bytes that it may hold.
    ///   - progress: Called with the number of bytes that were written.
    /// - Throws: ``BlobError``.
    public func open(
        _ source: URL, digest: [UInt8], to target: URL, limit: Int,
        progress: (Int) -> Void = { _ in }
    ) throws {
        let reader = try BlobReader(source)
        let header = try reader.read(Self.headerBytes)
        guard header.count == Self.headerBytes, header.starts(with: Self.prefix) else {
            throw BlobError.notABlob(path: source.shownPath)
        }
        guard reader.size <= Self.sealedSize(of: limit) else {
            throw BlobError.tooLarge(path: source.shownPath, limit: limit)
        }
        let epoch = header.dropFirst(Self.prefix.count).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        let key = try fileKey(
            epoch: epoch, salt: Array(header.suffix(Self.saltBytes)), digest: digest)
        try BlobDraft.write(to: target) { draft in
            let count = Limits.blobChunkBytes + Self.tagBytes
            try Self.convert(reader, by: count, source, digest, progress) {
                let piece = try Self.opened($0, key, $1, source)
                try draft.append(piece)
                return piece
            }
        }
    }

    /// Goes through the rest of a file chunk by chunk, and checks what it holds.
    ///
    /// - Parameters:
    ///   - count: The bytes that are read for a chunk.
    ///   - chunk: Gets what was read and the chunk's nonce; returns the bytes that are not sealed.
    private static func convert(
        _ reader: BlobReader, by count: Int, _ source: URL, _ digest: [UInt8],
        _ progress: (Int) -> Void, _ chunk: ([UInt8], [UInt8]) throws -> [UInt8]
    ) throws {
        var hash = SHA256()
        var index: UInt64 = 0
        var done = 0
        while true {
            try Task.checkCancellation()
            let read = try reader.read(count)
            let isLast = reader.isAtEnd
            let piece = try chunk(read, nonce(index, isLast: isLast))
            hash.update(data: piece)
            done += piece.count
            progress(done)
            if isLast { break }
            index += 1
        }
        guard Array(hash.finalize()) == digest else {
            throw BlobError.otherContent(path: source.shownPath)
        }
    }

    /// A key for this file alone, so that counted nonces never meet.
    private func fileKey(
        epoch: UInt32, salt: [UInt8], digest: [UInt8]
    ) throws(BlobError) -> SymmetricKey {
        do throws(SegmentError) {
            let purpose = Array("synckit blob v1".utf8) + account + digest
            return try keys.key(epoch: epoch, salt: salt, for: purpose)
        } catch {
            throw .unknownKey(epoch: epoch)
        }
    }

    /// Eleven bytes of position, then 1 for the last chunk.
    private static func nonce(_ index: UInt64, isLast: Bool) -> [UInt8] {
        var writer = ByteWriter()
        writer.append([0, 0, 0])
        writer.appendBigEndian(index)
        writer.append([isLast ? 1 : 0])
        return writer.bytes
    }

    private static func sealed(
        _ piece: [UInt8], _ key: SymmetricKey, _ nonce: [UInt8], _ file: URL
    ) throws(BlobError) -> [UInt8] {
        guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
            let box = try? ChaChaPoly.seal(piece, using: key, nonce: nonce)
        else { throw .notAuthentic(path: file.shownPath) }
        return Array(box.ciphertext) + Array(box.tag)
    }

    private static func opened(
        _ sealed: [UInt8], _ key: SymmetricKey, _ nonce: [UInt8], _ file: URL
    ) throws(BlobError) -> [UInt8] {
        guard sealed.count >= tagBytes, let nonce = try? ChaChaPoly.Nonce(data: nonce),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(tagBytes), tag: sealed.suffix(tagBytes)),
            let piece = try? ChaChaPoly.open(box, using: key)
        else { throw .notAuthentic(path: file.shownPath) }
        return Array(piece)
    }
}

/// Why a file could not be sealed or opened; nothing was left behind.
public enum BlobError: Error, Equatable, CustomStringConvertible {
    /// The file is no sealed file of this library.
    case notABlob(path: String)
    /// It is sealed with a library key that this device does not hold.
    case unknownKey(epoch: UInt32)
    /// A byte was changed, it ends too early, or it is sealed for another file or library.
    case notAuthentic(path: String)
    /// Its bytes have another digest than expected.
    case otherContent(path: String)
    /// It holds more bytes than expected.
    case tooLarge(path: String, limit: Int)
    /// It cannot be read.
    case unreadable(path: String, reason: String)
    /// It cannot be written.
    case unwritable(path: String, reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .notABlob(let path): "\(path) is no sealed file of this program."
        case .unknownKey(let epoch):
            "The file is sealed with library key \(epoch), which this device does not hold. Sync "
                + "this device first."
        case .notAuthentic(let path):
            "\(path) was changed or cut off since it was sealed, or is of another library. Copy "
                + "it again, whole."
        case .otherContent(let path): "\(path) does not hold what it should. Make it again."
        case .tooLarge(let path, let limit): "\(path) holds more than \(limit) bytes."
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)."
        }
    }
}
