/// Where in the works a patch of the picture comes from.
struct Match: BitwiseCopyable {
    var work: UInt16
    /// 1 if the patch is mirrored left to right, else 0.
    var mirror: UInt16
    /// The patch's left column in the work.
    var x: UInt16
    /// The patch's top row in the work.
    var y: UInt16

    @inline(__always)
    init(work: Int, isMirrored: Bool, x: Int, y: Int) {
        self.work = UInt16(truncatingIfNeeded: work)
        mirror = isMirrored ? 1 : 0
        self.x = UInt16(truncatingIfNeeded: x)
        self.y = UInt16(truncatingIfNeeded: y)
    }

    @inline(__always) var isMirrored: Bool { mirror != 0 }

    /// +1, or -1 if a step right in the picture is a step left in the work.
    @inline(__always) var direction: Int { 1 &- 2 &* Int(mirror) }

    /// The bits of the place that continues this one some pixels of the picture further.
    @inline(__always)
    func bits(across dx: Int, down dy: Int) -> UInt64 {
        var next = self
        next.x = UInt16(truncatingIfNeeded: Int(x) &+ dx &* direction)
        next.y = UInt16(truncatingIfNeeded: Int(y) &+ dy)
        return unsafeBitCast(next, to: UInt64.self)
    }

    @inline(__always)
    static func == (left: Match, right: Match) -> Bool {
        unsafeBitCast(left, to: UInt64.self) == unsafeBitCast(right, to: UInt64.self)
    }
}
