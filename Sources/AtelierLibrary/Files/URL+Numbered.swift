package import Foundation
import SyncKit

extension URL {
    /// The name with a number before its ending: `sheet-2.png` for `sheet.png`.
    package func numbered(_ number: Int) -> URL {
        let name = lastBytes
        let end = name.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
        return deletingLastPathComponent()
            .appending(fileBytes: name[..<end] + Array("-\(number)".utf8) + name[end...])
    }
}
