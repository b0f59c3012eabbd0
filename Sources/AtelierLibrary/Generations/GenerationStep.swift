/// Moments between which a crash must cost nothing; tests stop at each.
package enum GenerationStep: CaseIterable, Sendable {
    case spendJournaled
    case rendered
    case fileWritten
    case rowWritten
}
