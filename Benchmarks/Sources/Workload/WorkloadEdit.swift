package import Foundation

/// A change of one column of one row.
package struct WorkloadEdit: Hashable, Sendable {
    /// The row's primary key.
    package let id: Data
    /// What changes.
    package let column: WorkloadColumn
    /// The value afterwards.
    package let value: WorkloadValue
}
