import AtelierProtocol
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

// What accounts ask.
extension Routes {
    /// The account's cases.
    @Sendable func cases(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        return try json(try await core.cases.cases(after: try after(request), incoming))
    }

    /// One case of the account.
    @Sendable func `case`(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        return try json(try await core.cases.file(try number("case", context), incoming))
    }

    /// Writes in a case.
    @Sendable func answerCase(request: Request, context: ServerContext) async throws -> Response {
        try await sideAct(.answer, request, context)
    }

    /// Appeals against a decision.
    @Sendable func appeal(request: Request, context: ServerContext) async throws -> Response {
        try await sideAct(.appeal, request, context)
    }

    /// Takes back what the account asked for.
    @Sendable func withdrawCase(request: Request, context: ServerContext) async throws -> Response {
        try await sideAct(.withdraw, request, context)
    }

    /// Reserves works, or ends that.
    @Sendable func reserve(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let submission: ReservationSubmission = try decode(incoming)
        return try json(try await core.reservations.request(submission, incoming))
    }

    /// A page of the list of reservations.
    @Sendable func reservations(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        return try json(try await core.reservations.page(after: try after(request), incoming))
    }

    /// Says that a reservation is wrong.
    @Sendable func contest(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let number = try number("number", context)
        return try json(
            try await core.reservations.contest(number, try decode(incoming), incoming),
            status: .created)
    }

    private func sideAct(
        _ act: CaseService.SideAct, _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let number = try number("case", context)
        return try json(
            try await core.cases.act(act, try decode(incoming), on: number, incoming))
    }

    private func after(_ request: Request) throws -> Int64 {
        try number(request.uri.queryParameters["after"], or: 0, in: NumberRange.sequence)
    }

    private func number(_ name: String, _ context: ServerContext) throws -> Int64 {
        try number(
            context.parameters.get(name).map { Substring($0) }, in: NumberRange.sequence)
    }
}

// What people without an account ask.
extension Routes {
    /// Says whether a picture is near a registered work.
    @Sendable func inquire(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .anybody)
        return try json(try await core.claims.inquire(try decode(incoming), incoming))
    }

    /// Takes a claim.
    @Sendable func claim(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .anybody)
        return try json(
            try await core.claims.claim(try decode(incoming), incoming), status: .created)
    }

    /// A claim and its cases.
    @Sendable func claimStatus(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(
            try await core.claims.status(
                try parameter("code", context), after: try after(request)))
    }

    /// Writes in a case of a claim.
    @Sendable func answerClaim(request: Request, context: ServerContext) async throws -> Response {
        try await claimAct(.answer, request, context)
    }

    /// Appeals against a decision.
    @Sendable func appealClaim(request: Request, context: ServerContext) async throws -> Response {
        try await claimAct(.appeal, request, context)
    }

    /// Takes a claim back.
    @Sendable func withdrawClaim(request: Request, context: ServerContext) async throws -> Response
    {
        let (code, incoming) = try await coded(request, context)
        return try json(
            try await core.claims.withdraw(try withdrawal(incoming), of: code, incoming))
    }

    /// Keeps a claimant's picture for moderators.
    @Sendable func setClaimPicture(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let code: RightsCode = try parameter("code", context)
        let incoming = try await read(
            request, context, upTo: RightsLimits.pictureBytes, by: .anybody)
        try await core.claims.setPicture(of: code, incoming)
        return try json([String: String]())
    }

    /// Takes a holder's request for reservations.
    @Sendable func holderReserve(request: Request, context: ServerContext) async throws -> Response
    {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .anybody)
        let holder: HolderReservationRequest = try decode(incoming)
        return try json(
            try await core.reservations.request(holder, incoming), status: .created)
    }

    /// A holder's reservations.
    @Sendable func holderReservations(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(
            try await core.reservations.reservations(
                of: try parameter("code", context), after: try after(request)))
    }

    /// Writes in cases about a holder's reservations.
    @Sendable func answerHolder(request: Request, context: ServerContext) async throws -> Response {
        try await holderAct(.answer, request, context)
    }

    /// Appeals against decisions about a holder's reservations.
    @Sendable func appealHolder(request: Request, context: ServerContext) async throws -> Response {
        try await holderAct(.appeal, request, context)
    }

    /// Ends a holder's reservations.
    @Sendable func holderWithdraw(request: Request, context: ServerContext) async throws -> Response
    {
        let (code, incoming) = try await coded(request, context)
        return try json(
            try await core.reservations.withdraw(try withdrawal(incoming), of: code, incoming))
    }

    /// The server's last statement.
    @Sendable func closure(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(try await core.closing.statement())
    }

    private func claimAct(
        _ act: CaseService.SideAct, _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let (code, incoming) = try await coded(request, context)
        return try json(
            try await core.claims.act(act, try decode(incoming), of: code, incoming))
    }

    private func holderAct(
        _ act: CaseService.SideAct, _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let (code, incoming) = try await coded(request, context)
        return try json(
            try await core.reservations.act(act, try decode(incoming), of: code, incoming))
    }

    /// What somebody sends who has no account but a code.
    private func coded(
        _ request: Request, _ context: ServerContext
    ) async throws -> (RightsCode, IncomingRequest) {
        let code: RightsCode = try parameter("code", context)
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .anybody)
        return (code, incoming)
    }

    /// Nobody has to say why.
    private func withdrawal(_ incoming: IncomingRequest) throws -> Withdrawal {
        incoming.body.isEmpty ? Withdrawal() : try decode(incoming)
    }
}

// What moderators ask.
extension Routes {
    /// A claimant's picture: nothing that a browser runs or shows.
    @Sendable func casePicture(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        let moderator = try await core.moderators.moderator(session: bearer(request))
        let id = try number("case", context)
        let picture: ClaimPicture
        do {
            picture = try await core.claims.sentPicture(ofCase: id, as: moderator.name)
        } catch ServerError.notFound {
            throw ServerError.refused(.notFound, detail: "The case has no picture.")
        }
        let headers: HTTPFields = [
            .contentType: "application/octet-stream",
            .contentDisposition: "attachment; filename=\"case-\(id).\(picture.kind.rawValue)\"",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        return Response(
            status: .ok, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: picture.bytes)))
    }
}
