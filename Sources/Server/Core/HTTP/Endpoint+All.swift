import AtelierProtocol

extension Endpoint {
    /// Every endpoint, in the order of the document.
    static let all =
        service + accounts + keys + sync + ledger + registrations + moderators + rights
        + provenance

    private static let service = [
        Endpoint(
            method: "get", path: "/healthz", id: "health", handler: Routes.health,
            summary: "Says that the program runs.", replies: [200: .text("text/plain")],
            isStatic: true),
        Endpoint(
            method: "get", path: "/readyz", id: "ready", handler: Routes.ready,
            summary: "Says that the database answers, and has room.",
            replies: [200: .text("text/plain")]),
        Endpoint(
            method: "get", path: "/v1/server", id: "server", handler: Routes.server,
            summary: "What the server says of itself.",
            replies: [200: .json("ServerDescription")]),
        Endpoint(
            method: "get", path: "/v1/openapi.json", id: "openapi", handler: Routes.openAPI,
            summary: "This document.", replies: [200: .json("Document")], isStatic: true,
            isTagged: true),
    ]

    private static let accounts = [
        Endpoint(
            method: "post", path: "/v1/accounts", id: "register", handler: Routes.register,
            summary: "Opens an account with its first device; 200 for a repeat, 202 to wait.",
            proof: .ownKey, body: message("RegisterRequest"),
            replies: [
                200: .json("DeviceList"), 201: .json("DeviceList"), 202: .json("DeviceList"),
            ],
            causes: [
                .inviteInvalid, .accountExists, .accountRefused, .limitReached, .serviceClosed,
            ]),
        Endpoint(
            method: "post", path: "/v1/accounts/{account}/device-requests", id: "requestDevice",
            handler: Routes.requestDevice,
            summary: "Lets a device wait for approval; the same answer for unknown accounts.",
            proof: .ownKey, body: message("DeviceRequest"), replies: [202: .json("Empty")]),
        Endpoint(
            method: "get", path: "/v1/accounts/{account}/device-requests/{device}",
            id: "approval", handler: Routes.approval, summary: "The approval of a waiting device.",
            proof: .ownKey,
            replies: [200: .json("DeviceApproval")], causes: [.notApprovedYet]),
        Endpoint(
            method: "post", path: "/v1/accounts/{account}/devices", id: "restoreDevice",
            handler: Routes.restore,
            summary: "Lets a device in by the account key alone.", proof: .ownKey,
            body: message("RestoreRequest"), replies: [201: .json("RestoreReply")],
            causes: [
                .notFound, .accountExists, .limitReached, .accountPending, .accountRefused,
                .serviceClosed,
            ]),
        Endpoint(
            method: "get", path: "/v1/devices", id: "devices", handler: Routes.devices,
            summary: "The devices of the account.", proof: .device,
            replies: [200: .json("DeviceList")]),
        Endpoint(
            method: "get", path: "/v1/device-requests", id: "deviceRequests",
            handler: Routes.deviceRequests,
            summary: "The devices that wait for approval.", proof: .device,
            replies: [200: .json("DeviceRequestList")]),
        Endpoint(
            method: "post", path: "/v1/device-requests/{device}/approval", id: "approve",
            handler: Routes.approve,
            summary: "Lets a waiting device in.", proof: .device,
            body: message("DeviceApproval"), replies: [201: .json("Empty")],
            causes: [.notFound, .accountExists, .limitReached, .keysChanged]),
    ]

    private static let keys = [
        Endpoint(
            method: "post", path: "/v1/devices/{device}/revocation", id: "revokeDevice",
            handler: Routes.revoke,
            summary: "Revokes a device and keeps the new library keys, sealed.", proof: .device,
            body: message("RevocationRequest"), replies: [201: .json("Empty")],
            causes: [.notFound, .keysChanged, .limitReached]),
        Endpoint(
            method: "get", path: "/v1/keys", id: "keys", handler: Routes.keys,
            summary: "The new library keys after an epoch, sealed.", proof: .device,
            query: [number("after", 0...Int(UInt32.max))],
            replies: [200: .json("KeyRotationList")]),
        Endpoint(
            method: "post", path: "/v1/keys/requests", id: "requestKeys",
            handler: Routes.requestKeys,
            summary: "Asks for library keys that the device was not given.", proof: .device,
            body: message("KeyRequest"), replies: [200: .json("KeyRequestReply")]),
        Endpoint(
            method: "get", path: "/v1/keys/requests", id: "keyRequests",
            handler: Routes.keyRequests,
            summary: "The devices that wait for library keys.", proof: .device,
            replies: [200: .json("KeyRequestList")]),
        Endpoint(
            method: "post", path: "/v1/keys/requests/{device}", id: "deliverKeys",
            handler: Routes.deliverKeys,
            summary: "Keeps library keys, sealed to a device that waits for them.",
            proof: .device, body: message("KeyDeliveryRequest"), replies: [201: .json("Empty")],
            causes: [.notFound]),
    ]

    private static let sync = [
        Endpoint(
            method: "post", path: "/v1/segments", id: "pushSegment", handler: Routes.push,
            summary: "Stores a sealed segment; the same answer for a repeat.", proof: .device,
            body: (.bytes("One sealed segment."), ProtocolLimits.segmentBytes),
            replies: [200: .json("PushReply")], tellsState: true,
            causes: [.suspended, .fork, .rewind, .fromTheFuture, .limitReached]),
        Endpoint(
            method: "get", path: "/v1/segments", id: "pullSegments", handler: Routes.pull,
            summary: "The segments after a sequence of the account's order.", proof: .device,
            query: [
                number("after", 0...Int.max), number("limit", 1...ProtocolLimits.pageSegments),
                historyHash, number("merged", 0...Int.max),
            ],
            replies: [
                200: .bytes("Frames: 8 bytes of sequence, 4 of length, big-endian, the segment.")
            ], tellsState: true),
        Endpoint(
            method: "put", path: "/v1/snapshots/{snapshot}/{index}", id: "pushChunk",
            handler: Routes.pushChunk,
            summary: "Stores one chunk of a snapshot; 200 for a repeat.", proof: .device,
            query: [
                number("of", 1...ProtocolLimits.snapshotChunks, isRequired: true),
                number("cursor", 0...Int.max, isRequired: true),
            ],
            body: (.bytes("One sealed chunk."), ProtocolLimits.segmentBytes),
            replies: [200: .json("Empty"), 201: .json("Empty")], causes: [.suspended]),
        Endpoint(
            method: "get", path: "/v1/snapshots/{snapshot}/{index}", id: "pullChunk",
            handler: Routes.chunk,
            summary: "One chunk of the newest snapshot.", proof: .device,
            replies: [200: .bytes("One sealed chunk.")], causes: [.notFound]),
        Endpoint(
            method: "get", path: "/v1/snapshot", id: "snapshot", handler: Routes.snapshot,
            summary: "Names the newest whole snapshot.", proof: .device,
            replies: [200: .json("SnapshotDescription")], causes: [.notFound]),
    ]

    private static let ledger = [
        Endpoint(
            method: "post", path: "/v1/ledger", id: "ledger", handler: Routes.ledger,
            summary: "One contact with the account's ledger; safe to repeat.", proof: .device,
            body: message("LedgerRequest"), replies: [200: .json("LedgerReply")]),
        Endpoint(
            method: "get", path: AuditPage.target, id: "audit", handler: Routes.audit,
            summary: "Digests of the entries of the audit log after a serial.", proof: .device,
            query: [number("after", 0...Int(AuditHead.serials.upperBound))],
            replies: [200: .json("AuditPage")]),
        Endpoint(
            method: "get", path: AccountEvent.target, id: "events", handler: Routes.events,
            summary: "Where the account stands, at once and whenever that changes.",
            proof: .device, replies: [200: .text("text/event-stream")]),
    ]

    private static let registrations = [
        Endpoint(
            method: "post", path: RegistrationRequest.target, id: "registerWorks",
            handler: Routes.registerWorks,
            summary: "Registers works and models, or withdraws them; safe to repeat.",
            proof: .device, body: message("RegistrationRequest"),
            replies: [200: .json("RegistrationReply")]),
        Endpoint(
            method: "get", path: "/v1/receipts/{receipt}/status", id: "receiptStatus",
            handler: Routes.receiptStatus,
            summary: "How a receipt stands now, signed; for anybody, and for five minutes.",
            replies: [200: .json("ReceiptStatusReply")],
            causes: [.notFound, .malformed, .tooLarge, .tooMany]),
    ]

    private static let moderators = [
        Endpoint(
            method: "post", path: "/v1/moderators/sessions", id: "openSession",
            handler: Routes.openSession,
            summary: "Opens a moderator's session by a one-time token.",
            body: message("SessionRequest"), replies: [201: .json("SessionReply")],
            causes: [.tokenInvalid]),
        Endpoint(
            method: "get", path: "/v1/moderators/sessions", id: "session", handler: Routes.session,
            summary: "Says whose session it is.", proof: .session,
            replies: [200: .json("Moderator")]),
        Endpoint(
            method: "delete", path: "/v1/moderators/sessions", id: "endSession",
            handler: Routes.endSession,
            summary: "Ends the session.", proof: .session, replies: [200: .json("Empty")]),
    ]

    private static let historyHash: JSON = [
        "name": "history", "in": "query", "required": false,
        "schema": ["type": "string", "pattern": "^[0-9a-f]{32}$"],
    ]

    static func message(_ schema: String) -> (Content, Int) {
        (.json(schema), ProtocolLimits.messageBytes)
    }

    static func number(
        _ name: String, _ range: ClosedRange<Int>, isRequired: Bool = false
    ) -> JSON {
        [
            "name": .string(name), "in": "query", "required": .bool(isRequired),
            "schema": [
                "type": "integer", "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound),
            ],
        ]
    }
}
