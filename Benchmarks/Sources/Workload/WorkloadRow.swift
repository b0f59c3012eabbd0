package import Foundation

/// A row of the table `works`.
package struct WorkloadRow: Hashable, Sendable {
    /// The primary key, 16 bytes.
    package let id: Data
    /// The values in the order of ``WorkloadColumn``.
    package let values: [WorkloadValue]
}
