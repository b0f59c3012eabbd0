package import Foundation

/// A file's name is bytes, of any encoding or none. A file URL carries them all, in per cent form;
/// `path` and every string made from it does not, so files are opened by these.
extension URL {
    /// The file that these bytes name; a relative name begins at the current folder.
    package init(fileBytes bytes: [UInt8]) {
        let isWhole = bytes.first == UInt8(ascii: "/")
        let all = isWhole ? bytes : Self.currentFolder + [UInt8(ascii: "/")] + bytes
        guard let url = URL(string: "file://" + Self.inPerCent(Self.withoutEndingSlashes(all)))
        else { preconditionFailure("every byte of a URL was written as the form of URLs asks") }
        self = url
    }

    /// The name as the operating system takes it, without an ending slash.
    package var fileBytes: [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(absoluteURL.path(percentEncoded: true).utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                bytes.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return Self.withoutEndingSlashes(bytes)
    }

    /// Lends the name to a call of the operating system.
    package func withFileName<Result>(
        _ body: (UnsafePointer<CChar>) throws -> Result
    ) rethrows -> Result {
        try (fileBytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let name = buffer.baseAddress else {
                preconditionFailure("a name has its ending zero at least")
            }
            return try body(name)
        }
    }

    /// The name for people; what is no text in it is shown as such.
    package var shownPath: String { String(decoding: fileBytes, as: UTF8.self) }

    /// The last part of the name for people.
    package var shownName: String { String(decoding: lastBytes, as: UTF8.self) }

    /// The bytes of the last part of the name.
    package var lastBytes: [UInt8] {
        Array(fileBytes.split(separator: UInt8(ascii: "/")).last ?? [])
    }

    /// A file in this folder by the bytes of its name.
    package func appending(fileBytes name: [UInt8]) -> URL {
        URL(fileBytes: fileBytes + [UInt8(ascii: "/")] + name)
    }

    private static var currentFolder: [UInt8] {
        guard let name = getcwd(nil, 0) else { return [UInt8(ascii: ".")] }
        defer { free(name) }
        return Array(UnsafeBufferPointer(start: name, count: strlen(name))).map {
            UInt8(bitPattern: $0)
        }
    }

    private static func withoutEndingSlashes(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return bytes
    }

    private static func inPerCent(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}
