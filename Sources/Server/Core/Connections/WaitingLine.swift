/// Members in the order in which they came; one that has left is passed over.
struct WaitingLine {
    private var members: [UInt64] = []
    private var first = 0
    /// How many are in it.
    private(set) var count = 0

    /// Adds a member, which must be greater than all that ever came.
    ///
    /// - Parameter isWaiting: Whether one that came before is still in the line.
    mutating func append(_ member: UInt64, isWaiting: (UInt64) -> Bool) {
        // Those who left are taken out now and then, so that the line does not grow by them.
        if members.count - first > 2 * count + 64 {
            members = members[first...].filter(isWaiting)
            first = 0
        }
        members.append(member)
        count += 1
    }

    /// A member has left.
    mutating func leave() { count -= 1 }

    /// The member that came first; it stays in the line until it has left.
    mutating func oldest(isWaiting: (UInt64) -> Bool) -> UInt64? {
        while first < members.count, !isWaiting(members[first]) { first += 1 }
        return first < members.count ? members[first] : nil
    }
}
