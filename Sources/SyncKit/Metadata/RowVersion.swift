/// A living row as it is known here: where it lies, when it was created, and its clock.
struct RowVersion {
    let key: RowKey
    let rowID: SQLRowID
    /// The number of the stamp at which the row's present causal length began.
    var createdStamp: StampNumber
    /// What differs from that.
    var clock: PackedClock

    var causalLength: UInt32 { clock.causalLength }

    /// The number of the stamp at which a column was written last.
    @inline(__always)
    func stamp(of column: ColumnID) -> StampNumber { clock.stamp(of: column) ?? createdStamp }
}
