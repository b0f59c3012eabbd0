/// Who adds to counters: one program from when it opened the store until it closed it.
///
/// A database may be copied at any moment, and both copies go on. What was added before is then in
/// both, and must count once. So additions are kept by their source, 64 random bits that no copy of
/// the file can go on under: only the program that drew them adds to them, and it is not copied
/// with its file. Whatever two copies say of one source, one has it in full and the other a part.
enum CounterSource {
    /// What the rows held before anybody counted: where copies were made before the store was
    /// first opened, it is in all of them.
    static let before: UInt64 = 0

    /// The number of what ``before`` stands for, which is never added to.
    static let numberBefore: Int64 = 1

    /// A new one.
    static func draw(_ randomBytes: (Int) -> [UInt8]) -> UInt64 {
        randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
