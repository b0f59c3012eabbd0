import AtelierProtocol

extension APISchemas {
    /// The schemas of what is sent about rights.
    static let rights: [String: JSON] = [
        "FingerprintReading": object([
            "variants": list(of: hex(32), atMost: 8), "quality": number(0...100),
        ]),
        "ReservationSubmission": object(["request": compact]),
        "ReservationReply": object([
            "entries": list(
                of: object(
                    [
                        "work": hex(32), "number": count, "state": reservationState,
                        "refusal": choice([
                            "not-registered", "not-own", "too-little-detail", "refused",
                            "list-full", "account-full",
                        ]),
                        "text": text,
                    ], optional: ["number", "state", "refusal"]))
        ]),
        "ReservationPage": object([
            "head": compact,
            "entries": [
                "type": "string", "pattern": "^[A-Za-z0-9_-]*$",
                "description": "base64url of 40 bytes an entry.",
            ],
        ]),
        "HolderReservationRequest": object(
            [
                "pictures": list(of: reading, atMost: RightsLimits.fingerprintsPerRequest),
                "contact": text, "link": text,
            ], optional: ["link"]),
        "HolderReservations": object([
            "entries": list(
                of: object([
                    "number": count, "fingerprint": hex(32), "state": reservationState,
                    "text": text,
                ]), atMost: RightsLimits.fingerprintsPerRequest),
            "cases": cases,
        ]),
        "ContestRequest": object(["text": text]),
        "CaseNumber": object(["number": count]),
        "CaseList": object([
            "cases": cases
        ]),
        "CaseFile": caseFile,
        "CaseWords": object(["text": text, "number": count], optional: ["number"]),
        "InquiryRequest": object(["reading": reading]),
        "InquiryReply": object(["match": choice(["near", "none", "too-little-detail"])]),
        "Withdrawal": object(["text": text], optional: ["text"]),
        "ClaimRequest": object(
            [
                "reading": reading, "statement": text, "contact": text,
                "links": list(of: text, atMost: RightsLimits.links),
            ], optional: ["links"]),
        "RightsCodeReply": object(["code": hex(16), "path": text, "text": text]),
        "ClaimStatus": object([
            "opened": time, "has_picture": ["type": "boolean"], "cases": cases,
        ]),
        "ClosureReply": object(["statement": compact]),
    ]

    private static let caseFile = object(
        [
            "number": count, "kind": choice(CaseKind.allCases.map(\.rawValue)), "side": side,
            "state": choice(CaseState.allCases.map(\.rawValue)), "waits_for": side,
            "work": hex(32), "reservation": count, "distance": number(0...256),
            "claimant_since": time, "respondent_since": time, "opened": time,
            "letters": list(
                of: object(
                    [
                        "from": side,
                        "kind": choice([
                            "statement", "question", "answer", "appeal", "withdrawal",
                            "decision", "undo", "appeal-decision",
                        ]), "text": text, "time": time,
                    ], optional: ["from"]), atMost: RightsLimits.lettersPerCase),
            "decision": object(
                [
                    "act": choice(CaseAct.allCases.map(\.rawValue)), "side": side,
                    "code": text, "until": time, "time": time, "appeal_until": time,
                    "is_undone": ["type": "boolean"],
                ], optional: ["until", "appeal_until"]),
            "can_answer": ["type": "boolean"], "can_appeal": ["type": "boolean"],
            "can_withdraw": ["type": "boolean"],
        ],
        optional: [
            "waits_for", "work", "reservation", "distance", "claimant_since",
            "respondent_since", "decision",
        ])

    private static let cases = list(
        of: ["$ref": "#/components/schemas/CaseFile"], atMost: RightsLimits.casesPerList)
    private static let reading: JSON = ["$ref": "#/components/schemas/FingerprintReading"]
    private static let text: JSON = ["type": "string"]
    private static let side = choice(CaseSide.allCases.map(\.rawValue))
    private static let reservationState = choice(ReservationState.allCases.map(\.rawValue))

    private static func choice(_ values: [String]) -> JSON {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }
}
