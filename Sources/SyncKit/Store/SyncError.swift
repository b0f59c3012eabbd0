public import Foundation

/// An error of SyncKit. Foundation shows its `description` to users, too.
public protocol SyncError: LocalizedError, CustomStringConvertible {}

extension SyncError {
    /// The same as `description`.
    public var errorDescription: String? { description }
}

extension BlobError: SyncError {}
extension BundleError: SyncError {}
extension ClockError: SyncError {}
extension CodecError: SyncError {}
extension ForkedChain: SyncError {}
extension SchemaError: SyncError {}
extension SegmentError: SyncError {}
extension SessionError: SyncError {}
extension SnapshotGone: SyncError {}
extension SnapshotRefused: SyncError {}
extension StoreError: SyncError {}
extension WritingRefused: SyncError {}
