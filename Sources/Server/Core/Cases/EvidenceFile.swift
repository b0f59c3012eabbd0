import AtelierProtocol
public import Foundation
import SignedObjects
import SystemSupport

/// Writes and reads what moderators take out of the server: whole or not at all, and never over a
/// file that is there.
public enum EvidenceFile {
    /// Checks that none of `files` exists.
    ///
    /// - Throws: ``ServerError``.
    public static func checkMissing(_ files: [URL]) throws {
        for file in files where FileManager.default.fileExists(atPath: file.path) {
            throw exists(file)
        }
    }

    /// Makes a folder where it is missing, and checks that files can be written into it: before an
    /// act that cannot be done again.
    ///
    /// - Throws: ``ServerError``.
    public static func prepare(_ folder: URL) throws {
        let probe = folder.appendingPathComponent(".\(getpid()).new")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServerError.unusableFolder(
                path: folder.path, reason: error.localizedDescription)
        }
        defer { unlink(probe.path) }
        do throws(FileFailure) {
            try DurableFile.write(
                [UInt8](repeating: 0, count: Limits.probeBytes), toDraft: probe, mode: 0o600)
        } catch {
            throw ServerError.unusableFolder(path: folder.path, reason: error.reason)
        }
    }

    /// Writes a file that must not exist, at mode 0600.
    ///
    /// - Throws: ``ServerError`` where it does, or cannot be written.
    public static func write(_ bytes: [UInt8], to file: URL) throws {
        let draft = file.appendingPathExtension("\(getpid()).new")
        defer { unlink(draft.path) }
        do throws(FileFailure) {
            try DurableFile.write(bytes, toDraft: draft, mode: 0o600)
            try DurableFile.move(draft, to: file, replacing: false)
        } catch {
            if error.code == EEXIST { throw exists(file) }
            throw ServerError.invalidValue(
                name: file.path, reason: "cannot be written: \(error.reason)")
        }
    }

    /// The tar file of some documents.
    static func archive(_ documents: [EvidenceDocument], time: UnixTime) -> [UInt8] {
        var bytes: [UInt8] = []
        for document in documents {
            bytes +=
                Archive.Header(
                    name: document.name, size: document.bytes.count, mode: 0o600,
                    time: Int(time.milliseconds / 1000)
                ).bytes
            bytes += document.bytes
            bytes += [UInt8](repeating: 0, count: Archive.padding(of: document.bytes.count))
        }
        return bytes + [UInt8](repeating: 0, count: 2 * Archive.block)
    }

    /// The documents of a tar file.
    ///
    /// - Throws: ``ServerError`` where it is none, or breaks off.
    static func documents(of bytes: [UInt8]) throws -> [EvidenceDocument] {
        var documents: [EvidenceDocument] = []
        var rest = bytes[...]
        while let first = rest.prefix(Archive.block).first, first != 0 {
            guard let header = Archive.Header(Array(rest.prefix(Archive.block))),
                header.size <= rest.count - Archive.block
            else { throw noArchive }
            rest = rest.dropFirst(Archive.block)
            documents.append(
                EvidenceDocument(name: header.name, bytes: Array(rest.prefix(header.size))))
            rest = rest.dropFirst(header.size + Archive.padding(of: header.size))
        }
        // What came after the end would be seen by other readers of such files.
        guard !rest.isEmpty, rest.allSatisfy({ $0 == 0 }) else { throw noArchive }
        return documents
    }

    /// The bytes of a file.
    static func read(_ file: URL) throws -> [UInt8] {
        guard let handle = try? FileHandle(forReadingFrom: file) else {
            throw ServerError.invalidValue(name: file.path, reason: "cannot be read")
        }
        defer { try? handle.close() }
        // The headers come on top of the documents.
        let limit = Limits.evidenceBytes + (1 << 20)
        let bytes = [UInt8](try handle.read(upToCount: limit + 1) ?? Data())
        guard bytes.count <= limit else {
            throw damaged(file, "it is larger than any file of evidence")
        }
        return bytes
    }

    static func damaged(_ file: URL, _ reason: String) -> ServerError {
        .invalidValue(name: file.path, reason: "is no evidence of a server: \(reason)")
    }

    private static func exists(_ file: URL) -> ServerError {
        .invalidValue(name: file.path, reason: "is there already; name another file")
    }

    private static var noArchive: ServerError {
        .invalidValue(name: "the file", reason: "is no tar file, or breaks off")
    }
}
