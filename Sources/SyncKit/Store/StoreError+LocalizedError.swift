public import Foundation

// Foundation shows an error's `description` to users only where the error is a `LocalizedError`.

extension StoreError: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension SchemaError: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension BundleError: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension SegmentError: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension ClockError: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension ForkedChain: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension WritingRefused: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension SnapshotRefused: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension SnapshotGone: LocalizedError {
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension SessionError: LocalizedError {
    /// The same as ``description``.
    package var errorDescription: String? { description }
}

extension CodecError: LocalizedError {
    /// The same as ``description``.
    package var errorDescription: String? { description }
}
