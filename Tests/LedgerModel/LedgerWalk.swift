/// A walk at random through what can happen, far longer than any search goes.
package struct LedgerWalk {
    private var state: UInt64
    private var model: LedgerModel

    /// - Parameters:
    ///   - seed: The same seed walks the same way.
    ///   - isModified: Whether the second device breaks the rules.
    package init(seed: UInt64, isModified: Bool) {
        state = seed
        // A wrong clock and a restore excuse different things, so a walk has one of both.
        let hasClocks = !isModified && seed % 2 == 0
        model = LedgerModel(
            secondDeviceIsModified: isModified, restores: !isModified && !hasClocks,
            hasClocks: hasClocks, hasRights: seed % 3 == 0)
    }

    /// Goes `count` steps; says the first broken rule and the step at which it broke.
    package mutating func go(_ count: Int) throws -> String? {
        for step in 1...max(1, count) {
            let actions = model.actions
            let action = actions[Int(next() % UInt64(actions.count))]
            let before = model
            try model.perform(action)
            if let broken = try model.violation(after: action, from: before) {
                return "\(broken): step \(step), \(action)"
            }
        }
        return nil
    }

    /// SplitMix64, of which the walk needs no more than that it is spread well.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
