import Foundation
import SyncKit

/// Reads an ``Archive`` file by file.
final class ArchiveReader {
    private let handle: FileHandle
    private let path: String

    init(_ file: URL) throws {
        path = file.shownPath
        handle = try LibraryFile.open(file)
    }

    /// What comes next; nil at the end, after which nothing else may stand.
    func next() throws -> Archive.Header? {
        let block = try read(Archive.block)
        if block.allSatisfy({ $0 == 0 }) {
            guard try read(Archive.block).allSatisfy({ $0 == 0 }) else { throw damaged }
            return nil
        }
        guard let header = Archive.Header(block) else { throw damaged }
        return header
    }

    /// The contents of what came last, in pieces.
    func contents(of header: Archive.Header, _ body: ([UInt8]) throws -> Void) throws {
        var rest = header.size
        while rest > 0 {
            let bytes = try read(min(rest, 1 << 20))
            try body(bytes)
            rest -= bytes.count
        }
        _ = try read(Archive.padding(of: header.size))
    }

    private func read(_ count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        let bytes = [UInt8]((try? handle.read(upToCount: count)) ?? Data())
        guard bytes.count == count else { throw damaged }
        return bytes
    }

    private var damaged: LibraryError {
        .damaged(path: path, reason: "it is not a whole backup")
    }
}
