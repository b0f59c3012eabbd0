import AtelierServer
import Foundation
package import SignedObjects

/// The reports of the last months; a report reads all orders and receipts, so that it is made once
/// for all who ask.
package actor MonthlyReports {
    private let core: ServerCore
    private var kept: (until: UnixTime, reports: [ServiceReport])?
    private var making: Task<[ServiceReport], any Error>?

    init(core: ServerCore) {
        self.core = core
    }

    /// The reports of this month and those before it, the oldest first.
    func all() async throws -> [ServiceReport] {
        let now = core.now
        if let kept, now < kept.until { return kept.reports }
        if let making { return try await making.value }
        let core = core
        let task = Task { try await core.moderation.reports(Self.months(upTo: now)) }
        making = task
        defer { making = nil }
        let reports = try await task.value
        kept = (
            UnixTime(milliseconds: now.milliseconds + Limits.reportLifetime * 1000), reports
        )
        return reports
    }

    /// From when to when the last months last, in UTC, the oldest first.
    package static func months(upTo now: UnixTime) -> [Range<UnixTime>] {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
        let starts = (-Limits.reportMonths + 1...1).compactMap { offset in
            calendar.dateInterval(of: .month, for: date).flatMap {
                calendar.date(byAdding: .month, value: offset, to: $0.start)
            }
        }.map { UnixTime(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
        return zip(starts, starts.dropFirst()).map { $0..<$1 }
    }
}
