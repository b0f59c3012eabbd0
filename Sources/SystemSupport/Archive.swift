/// A tar file (POSIX ustar) of plain files, read and written as a stream, so that any tool opens a
/// backup.
package enum Archive {
    /// Bytes of a block: headers and contents are rounded up to it.
    package static let block = 512
    /// The most bytes that the size field of the format holds.
    package static let largestFile = 0o77_777_777_777

    /// The header block before a file's contents.
    package struct Header: Equatable {
        /// A relative path with `/`, at most 100 bytes.
        package let name: String
        /// Bytes of the contents.
        package let size: Int
        /// The file's mode.
        package let mode: Int
        /// Seconds since 1970 UTC.
        package let time: Int

        /// The block.
        package var bytes: [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Archive.block)
            func put(_ text: String, at place: Int) {
                bytes.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
            }
            put(name, at: 0)
            put(Self.octal(mode, 7), at: 100)
            put(Self.octal(0, 7), at: 108)
            put(Self.octal(0, 7), at: 116)
            put(Self.octal(size, 11), at: 124)
            put(Self.octal(time, 11), at: 136)
            put(String(repeating: " ", count: 8), at: 148)
            put("0", at: 156)
            put("ustar\u{0}00", at: 257)
            put(Self.octal(bytes.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
            return bytes
        }

        /// A header; the name has at most 100 bytes.
        package init(name: String, size: Int, mode: Int, time: Int) {
            (self.name, self.size, self.mode, self.time) = (name, size, mode, time)
        }

        /// Reads a block; nil where it is no header of a plain file.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count == Archive.block, Array(bytes[257..<262]) == Array("ustar".utf8),
                bytes[156] == UInt8(ascii: "0") || bytes[156] == 0,
                // A prefix field is not supported: the name would be cut.
                bytes[345] == 0, let size = Self.number(bytes[124..<136]), size >= 0,
                let mode = Self.number(bytes[100..<108]),
                let time = Self.number(bytes[136..<148]),
                let sum = Self.number(bytes[148..<156])
            else { return nil }
            var summed = bytes
            summed.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
            guard summed.reduce(0, { $0 + Int($1) }) == sum else { return nil }
            name = String(decoding: bytes[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            (self.size, self.mode, self.time) = (size, mode, time)
        }

        private static func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }

        private static func number(_ field: ArraySlice<UInt8>) -> Int? {
            let digits = field.prefix { $0 != 0 && $0 != 32 }
            return Int(String(decoding: digits, as: UTF8.self), radix: 8)
        }
    }

    /// The number of zero bytes after contents of `size` bytes, up to the next block.
    package static func padding(of size: Int) -> Int {
        (block - size % block) % block
    }
}
