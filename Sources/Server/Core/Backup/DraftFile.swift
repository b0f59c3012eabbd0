import Foundation
import SystemSupport

/// A file that appears whole or not at all, mode 0600 from the first byte, and replaces none.
///
/// It is written in a folder of its own beside the target, with mode 0700 and a random name: so
/// nobody else can put a link in the way.
struct DraftFile {
    /// Where it is written.
    let path: String
    private let folder: String
    private let target: String

    /// Makes the empty draft beside `target`.
    init(for target: String) throws {
        self.target = target
        guard access(target, F_OK) != 0 else { throw BackupError.alreadyThere(path: target) }
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
        var template = Array("\(parent)/.atelier-draft-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BackupError.unusable(path: parent, reason: Self.reason(errno))
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(folder)/draft"
        do throws(FileFailure) {
            close(try DurableFile.create(URL(fileURLWithPath: path)))
        } catch {
            rmdir(folder)
            throw BackupError.unusable(path: path, reason: error.reason)
        }
    }

    /// Gives the draft its name, once its bytes are on the disk.
    func publish() throws {
        chmod(path, 0o600)
        let draft = URL(fileURLWithPath: path)
        do throws(FileFailure) {
            try DurableFile.sync(draft)
            try DurableFile.move(draft, to: URL(fileURLWithPath: target), replacing: false)
        } catch {
            guard error.code != EEXIST else { throw BackupError.alreadyThere(path: target) }
            throw BackupError.unusable(path: error.path, reason: error.reason)
        }
        remove()
    }

    /// Deletes the draft, if it was not published.
    func remove() {
        for name in ["", "-journal", "-wal", "-shm"] { unlink(path + name) }
        rmdir(folder)
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
