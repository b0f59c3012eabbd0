/// Which parts of a JPEG's channels its scans bring.
struct JPEGScans {
    private static let coefficients = 64

    private(set) var count = 0
    private var isProgressive = false
    /// For every channel, by its name, how many low bits of each coefficient are still missing;
    /// nil where no scan brought any.
    private var missingBits: [Int: [Int?]] = [:]

    /// Takes the channels that a frame announces.
    mutating func announce(_ frame: UntrustedBytes, isProgressive: Bool) {
        self.isProgressive = isProgressive
        let channels = frame.number(at: 5, bytes: 1) ?? 0
        for index in 0..<channels {
            guard let name = frame.number(at: 6 + index * 3, bytes: 1) else { return }
            missingBits[name] = [Int?](repeating: nil, count: JPEGScans.coefficients)
        }
    }

    /// Takes what a scan's head says of its data.
    mutating func take(_ head: UntrustedBytes) {
        count += 1
        let channels = head.number(at: 0, bytes: 1) ?? 0
        let start = 1 + channels * 2
        guard
            let first = head.number(at: start, bytes: 1),
            let last = head.number(at: start + 1, bytes: 1),
            let bits = head.number(at: start + 2, bytes: 1)
        else { return }
        let isSpectral = isProgressive && first <= last && last < JPEGScans.coefficients
        let range = isSpectral ? first...last : 0...(JPEGScans.coefficients - 1)
        for index in 0..<channels {
            guard let name = head.number(at: 1 + index * 2, bytes: 1) else { return }
            for place in range { missingBits[name]?[place] = isProgressive ? bits & 15 : 0 }
        }
    }

    /// Whether at least the mean colours of every channel came.
    var holdEveryChannel: Bool { missingBits.values.allSatisfy { $0[0] != nil } }

    /// Whether every bit of every coefficient came: nothing can be cut off.
    var holdEveryBit: Bool { missingBits.values.allSatisfy { $0.allSatisfy { $0 == 0 } } }
}
