/// How the pixels of a PNG lie in its packed rows.
struct PNGLayout {
    /// The depths that go with each kind.
    private static let depths: [Int: Set<Int>] = [
        0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]

    let width: Int
    let height: Int
    /// Bits a sample.
    let depth: Int
    /// 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha.
    let kind: Int
    let isInterlaced: Bool

    /// Reads the header's 13 bytes.
    init(_ head: UntrustedBytes) throws(PictureError) {
        let numbers = (0..<5).compactMap { head.number(at: 8 + $0, bytes: 1) }
        guard
            numbers.count == 5, let width = head.number(at: 0, bytes: 4),
            let height = head.number(at: 4, bytes: 4)
        else { throw .corrupt(reason: "its header is cut short") }
        guard
            PNGLayout.depths[numbers[1]]?.contains(numbers[0]) == true, numbers[2] == 0,
            numbers[3] == 0, numbers[4] <= 1
        else { throw .corrupt(reason: "its header describes no kind of PNG") }
        _ = try Picture.byteCount(width: width, height: height)
        self.width = width
        self.height = height
        depth = numbers[0]
        kind = numbers[1]
        isInterlaced = numbers[4] == 1
    }

    var isGray: Bool { kind == 0 || kind == 4 }
    var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][kind] ?? 1 }
    /// The bytes of a whole row without its filter byte.
    var rowBytes: Int { bytes(of: width) }

    /// The bytes of so many pixels of one row.
    func bytes(of pixels: Int) -> Int { (pixels * depth * channels + 7) / 8 }
}
