public import SignedObjects

/// Checks that one head of the audit log extends another, from the entries in between.
///
/// ```swift
/// var check = AuditExtension(of: known, to: newer)
/// while let after = check.next { check.take(try await page(after: after)) }
/// check.result    // .same: it extends; .restored or .contradiction
/// ```
public struct AuditExtension: Sendable {
    private let known: AuditHead
    private let newer: AuditHead
    private var serial: Int64
    private var hash: Digest
    private var isBroken = false

    /// - Parameters:
    ///   - known: The head that the device holds.
    ///   - newer: The head to check; its signature was checked.
    public init(of known: AuditHead, to newer: AuditHead) {
        self.known = known
        self.newer = newer
        (serial, hash) = (known.serial, known.hash)
    }

    /// The serial to ask for the entries after; nil when the result is known.
    public var next: Int64? {
        guard !isBroken, case .longer = newer.comparison(with: known), serial < newer.serial
        else { return nil }
        return serial
    }

    /// Takes the next page. An empty page before the end breaks the chain: the server does not
    /// show what it counts. What lies after the newer head is left aside.
    public mutating func take(_ page: AuditPage) {
        guard next != nil, !page.contents.isEmpty,
            page.contents.count <= ProtocolLimits.auditEntries
        else {
            isBroken = true
            return
        }
        for content in page.contents where serial < newer.serial {
            serial += 1
            hash = AuditHead.link(serial: serial, after: hash, content: content)
        }
    }

    /// ``AuditComparison/same`` where the newer head extends the known one or is the same, else
    /// ``AuditComparison/restored`` or ``AuditComparison/contradiction``; while pages are missing
    /// ``AuditComparison/longer(after:through:)``.
    public var result: AuditComparison {
        if next != nil { return .longer(after: serial, through: newer.serial) }
        guard case .longer = newer.comparison(with: known) else {
            return newer.comparison(with: known)
        }
        return !isBroken && hash == newer.hash ? .same : newer.mismatch(with: known)
    }
}

/// Entries of the audit log without their contents: `GET /v1/audit?after=N`.
public struct AuditPage: Codable, Sendable, Equatable {
    /// The digests of the contents of the entries after the serial that was asked for, in order; at
    /// most ``ProtocolLimits/auditEntries``, none past the end of the log.
    public let contents: [Digest]

    /// - Parameter contents: In the order of the log.
    public init(contents: [Digest]) {
        self.contents = contents
    }

    /// The route.
    public static let target = "/v1/audit"
}
