public import Foundation
import SignedObjects
import SystemSupport

/// The file with the key that signs leases, receipts and orders.
enum ServerKey {
    /// Reads the key in `folder`, or makes one, at mode 0600 before anything is in it.
    static func open(in folder: URL) throws -> SigningKey {
        let file = folder.appendingPathComponent("server.key").path
        if access(file, F_OK) != 0 { try create(file) }
        return try read(file)
    }

    /// Reads the key in `file`.
    static func read(_ file: String) throws -> SigningKey {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let bytes = Hexadecimal.decode(text.trimmingCharacters(in: .newlines)),
            let key = SigningKey(bytes: bytes)
        else { throw ServerError.damagedKey(path: file) }
        return key
    }

    /// Whole or not at all, and never over a key that another program has just made.
    private static func create(_ file: String) throws {
        let draft = "\(file).\(getpid()).new"
        defer { unlink(draft) }
        try write(SigningKey(), to: draft)
        do throws(FileFailure) {
            try DurableFile.move(
                URL(fileURLWithPath: draft), to: URL(fileURLWithPath: file), replacing: false)
        } catch {
            // Another program's key is read.
            guard error.code != EEXIST else { return }
            throw ServerError.unusableFolder(path: file, reason: error.reason)
        }
    }

    /// Writes a key into a draft, and waits for the disk.
    static func write(_ key: SigningKey, to draft: String) throws {
        do throws(FileFailure) {
            try DurableFile.write(
                Array((Hexadecimal.encode(key.bytes) + "\n").utf8),
                toDraft: URL(fileURLWithPath: draft), mode: 0o600)
        } catch {
            throw ServerError.unusableFolder(path: draft, reason: error.reason)
        }
    }
}

/// Held by the one server that runs on a folder's own database, as long as its process lives.
///
/// Other commands do not ask for it: they work while the server runs.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``ServerError/folderInUse(path:)`` where another server has it.
    public init(_ folder: URL) throws {
        let path = folder.appendingPathComponent("server.lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw ServerError.unusableFolder(
                path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? ServerError.folderInUse(path: folder.path)
                : ServerError.unusableFolder(path: path, reason: String(cString: strerror(code)))
        }
    }

    deinit { close(descriptor) }
}
