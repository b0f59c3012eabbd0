package import AtelierProtocol
package import Hummingbird

/// What somebody without an account sends to a page, within the limits of such senders.
package struct GuestForm: Sendable {
    let incoming: IncomingRequest

    /// The form.
    package var body: [UInt8] { incoming.body }
}

/// What a code opens: a claim, or a holder's reservations.
package enum CodedRights: Sendable, Equatable {
    /// A claim with its cases.
    case claim(ClaimStatus)
    /// Reservations with the cases about them.
    case reservations(HolderReservations)

    /// The cases, by their numbers.
    package var cases: [CaseFile] {
        switch self {
        case .claim(let status): status.cases
        case .reservations(let status): status.cases
        }
    }
}

/// Follows claims and reservations by their codes, for pages; the protocol's routes do the same.
package struct RightsByCode: Sendable {
    /// What the holder of a code can do.
    package enum Act: String, Sendable {
        /// Writes in a case.
        case answer
        /// Asks another moderator.
        case appeal
        /// Takes the claim, or all of the reservations, back.
        case withdraw
    }

    let core: ServerCore

    /// What a code opens, with the cases after a number.
    ///
    /// - Throws: ``ServerError/refused(_:detail:retryAfter:)`` for unknown codes.
    package func find(_ code: RightsCode, after number: Int64 = 0) async throws -> CodedRights {
        do {
            return .claim(try await core.claims.status(code, after: number))
        } catch ServerError.refused(.notFound, _, _) {
            return .reservations(try await core.reservations.reservations(of: code, after: number))
        }
    }

    /// Does what the holder of a code wants.
    ///
    /// - Parameters:
    ///   - text: Their words; not read for a withdrawal.
    ///   - number: The case that is meant; nil for all that take it.
    /// - Throws: ``ServerError/refused(_:detail:retryAfter:)``.
    package func act(
        _ act: Act, saying text: String, in number: Int64?, by code: RightsCode, _ form: GuestForm
    ) async throws {
        let kind: CaseService.SideAct
        switch act {
        case .withdraw: return try await withdraw(code, form)
        case .answer: kind = .answer
        case .appeal: kind = .appeal
        }
        let plain = RightsText.withPlainLines(text)
        guard plain.utf8.count <= RightsLimits.textBytes, RightsText.isReadable(plain) else {
            throw ServerError.refused(
                .malformed,
                detail: "Write 1 to \(RightsLimits.textBytes) bytes without control characters.")
        }
        let words = CaseWords(text: plain, number: number)
        switch try await find(code) {
        case .claim: _ = try await core.claims.act(kind, words, of: code, form.incoming)
        case .reservations:
            _ = try await core.reservations.act(kind, words, of: code, form.incoming)
        }
    }

    private func withdraw(_ code: RightsCode, _ form: GuestForm) async throws {
        switch try await find(code) {
        case .claim: _ = try await core.claims.withdraw(Withdrawal(), of: code, form.incoming)
        case .reservations:
            _ = try await core.reservations.withdraw(Withdrawal(), of: code, form.incoming)
        }
    }
}

extension ServerCore {
    /// Claims and reservations by their codes.
    package var rightsByCode: RightsByCode { RightsByCode(core: self) }

    /// Reads a form of somebody without an account, as ``readGuest(_:_:upTo:)`` does.
    ///
    /// - Throws: ``ServerError/refused(_:detail:retryAfter:)``.
    package func readGuestForm(
        _ request: Request, _ context: ServerContext, upTo limit: Int
    ) async throws -> GuestForm {
        GuestForm(
            incoming: try await Routes(core: self).read(request, context, upTo: limit, by: .anybody)
        )
    }
}
