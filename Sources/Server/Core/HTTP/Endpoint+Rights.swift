import AtelierProtocol
import SignedObjects

extension Endpoint {
    /// What accounts, people without one and moderators ask about rights.
    static let rights = accountRights + publicRights + moderation

    private static let accountRights = [
        Endpoint(
            method: "get", path: CaseList.target, id: "cases", handler: Routes.cases,
            summary: "The account's cases after a number.", proof: .device,
            query: [number("after", 0...NumberRange.count.upperBound)],
            replies: [200: .json("CaseList")]),
        Endpoint(
            method: "get", path: "\(CaseList.target)/{case}", id: "case", handler: Routes.case,
            summary: "One case of the account.", proof: .device,
            replies: [200: .json("CaseFile")], causes: [.notFound]),
        sideAct("answers", "answerCase", Routes.answerCase, "Writes in a case."),
        sideAct("appeals", "appeal", Routes.appeal, "Appeals against a decision."),
        sideAct(
            "withdrawal", "withdrawCase", Routes.withdrawCase,
            "Takes back what the account asked for."),
        Endpoint(
            method: "post", path: ReservationPage.target, id: "reserve", handler: Routes.reserve,
            summary: "Reserves works against training, or ends that; safe to repeat.",
            proof: .device, body: message("ReservationSubmission"),
            replies: [200: .json("ReservationReply")], causes: [.suspended]),
        Endpoint(
            method: "get", path: ReservationPage.target, id: "reservations",
            handler: Routes.reservations, summary: "The signed list after a serial.",
            proof: .device, query: [number("after", 0...NumberRange.count.upperBound)],
            replies: [200: .json("ReservationPage")]),
        Endpoint(
            method: "post", path: "\(ReservationPage.target)/{number}/contests", id: "contest",
            handler: Routes.contest, summary: "Says that a reservation is wrong.",
            proof: .device, body: message("ContestRequest"),
            replies: [201: .json("CaseNumber")],
            causes: [.notFound, .caseState, .limitReached]),
    ]

    private static let publicRights = [
        Endpoint(
            method: "post", path: "/v1/rights/inquiries", id: "inquire", handler: Routes.inquire,
            summary: "Says whether a picture is near a registered work.",
            body: guest("InquiryRequest"), replies: [200: .json("InquiryReply")], causes: ended),
        Endpoint(
            method: "post", path: "/v1/rights/claims", id: "claim", handler: Routes.claim,
            summary: "Claims a picture; the same answer with and without a match.",
            body: guest("ClaimRequest"), replies: [201: .json("RightsCodeReply")],
            causes: [.limitReached] + ended),
        Endpoint(
            method: "get", path: claim, id: "claimStatus", handler: Routes.claimStatus,
            summary: "A claim and its cases after a number.", query: [afterNumber],
            replies: [200: .json("ClaimStatus")], causes: codeCauses),
        codeAct(
            claim, "answers", "answerClaim", Routes.answerClaim,
            "Writes in one case of a claim, or in all that take it.", "ClaimStatus"),
        codeAct(
            claim, "appeals", "appealClaim", Routes.appealClaim,
            "Appeals against one decision, or all that can be appealed against.", "ClaimStatus"),
        codeWithdrawal(
            claim, "withdrawClaim", Routes.withdrawClaim, "Takes a claim back.", "ClaimStatus"),
        Endpoint(
            method: "put", path: "\(claim)/picture", id: "claimPicture",
            handler: Routes.setClaimPicture,
            summary: "Gives moderators the claimant's picture, in place of the one before.",
            body: (.bytes("A PNG, JPEG or WebP file."), RightsLimits.pictureBytes),
            replies: [200: .json("Empty")], causes: [.notFound, .limitReached] + ended),
        Endpoint(
            method: "post", path: "/v1/rights/reservations", id: "holderReserve",
            handler: Routes.holderReserve,
            summary: "Asks for reservations without an account; a moderator confirms them.",
            body: guest("HolderReservationRequest"), replies: [201: .json("RightsCodeReply")],
            causes: [.limitReached] + ended),
        Endpoint(
            method: "get", path: holder, id: "holderReservations",
            handler: Routes.holderReservations,
            summary: "A holder's reservations, and their cases after a number.",
            query: [afterNumber], replies: [200: .json("HolderReservations")],
            causes: codeCauses),
        codeAct(
            holder, "answers", "answerHolder", Routes.answerHolder,
            "Writes in one case about a holder's reservations, or in all that take it.",
            "HolderReservations"),
        codeAct(
            holder, "appeals", "appealHolder", Routes.appealHolder,
            "Appeals against one decision, or all that can be appealed against.",
            "HolderReservations"),
        codeWithdrawal(
            holder, "holderWithdraw", Routes.holderWithdraw,
            "Ends a holder's reservations, and the cases about them.", "HolderReservations"),
        Endpoint(
            method: "get", path: "/v1/closure", id: "closure", handler: Routes.closure,
            summary: "The server's signed last statement, once the service has ended.",
            replies: [200: .json("ClosureReply")], causes: codeCauses),
    ]

    private static let moderation = [
        Endpoint(
            method: "get", path: "/v1/moderation/cases/{case}/picture", id: "casePicture",
            handler: Routes.casePicture,
            summary: "A claimant's picture, as a download that no browser shows.",
            proof: .session, replies: [200: .bytes("The file as it came.")],
            causes: [.notFound])
    ]

    private static let claim = "/v1/rights/claims/{code}"
    private static let holder = "/v1/rights/reservations/{code}"
    private static let afterNumber = number("after", 0...NumberRange.count.upperBound)
    /// What a request without a body and a proof is refused for.
    private static let codeCauses: [Problem.Kind] = [.notFound, .malformed, .tooLarge, .tooMany]
    /// What every route without a proof refuses for once the service has ended.
    private static let ended: [Problem.Kind] = [.serviceClosed]

    private static func sideAct(
        _ name: String, _ id: String, _ handler: @escaping Handler, _ summary: String
    ) -> Endpoint {
        Endpoint(
            method: "post", path: "\(CaseList.target)/{case}/\(name)", id: id, handler: handler,
            summary: summary, proof: .device, body: message("CaseWords"),
            replies: [200: .json("CaseFile")], causes: [.notFound, .caseState, .limitReached])
    }

    private static func codeAct(
        _ path: String, _ name: String, _ id: String, _ handler: @escaping Handler,
        _ summary: String, _ reply: String
    ) -> Endpoint {
        Endpoint(
            method: "post", path: "\(path)/\(name)", id: id, handler: handler,
            summary: summary, body: guest("CaseWords"), replies: [200: .json(reply)],
            causes: [.notFound, .caseState, .limitReached] + ended)
    }

    private static func codeWithdrawal(
        _ path: String, _ id: String, _ handler: @escaping Handler, _ summary: String,
        _ reply: String
    ) -> Endpoint {
        Endpoint(
            method: "post", path: "\(path)/withdrawal", id: id, handler: handler,
            summary: summary, body: guest("Withdrawal"), needsBody: false,
            replies: [200: .json(reply)], causes: [.notFound] + ended)
    }

    private static func guest(_ schema: String) -> (Content, Int) {
        (.json(schema), Limits.guestBytes)
    }
}
