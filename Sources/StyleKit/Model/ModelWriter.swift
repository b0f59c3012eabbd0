/// Appends little-endian numbers and byte runs.
struct ModelWriter {
    var bytes: [UInt8] = []

    mutating func append(_ value: Int, bytes count: Int) {
        for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (shift * 8))) }
    }

    mutating func append(_ run: [UInt8]) { bytes.append(contentsOf: run) }
}
