/// The whole lines at the start of some bytes, and whether a torn one follows them.
///
/// Torn is what a crash leaves: no line feed at the end, or zeros where the bytes never arrived.
struct JournalLines {
    let lines: [String]
    let wholeBytes: Int
    let hasTornLine: Bool

    init(_ bytes: [UInt8]) {
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let rest = pieces.popLast() ?? []
        if rest.isEmpty, let last = pieces.last, last.contains(0) { pieces.removeLast() }
        lines = pieces.map { String(decoding: $0, as: UTF8.self) }
        wholeBytes = pieces.reduce(0) { $0 + $1.count + 1 }
        hasTornLine = wholeBytes < bytes.count
    }
}
