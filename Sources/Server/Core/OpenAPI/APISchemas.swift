import AtelierProtocol
import CreditLedger
import SignedObjects

/// The schemas of what is sent, by name.
enum APISchemas {
    static let all = general.merging(rights.merging(provenance) { $1 }) { $1 }

    private static let general: [String: JSON] = [
        "Document": ["type": "object"],
        "Empty": object([:]),
        "ServerDescription": object([
            "key": key, "epoch": count, "time": time, "free_credits": count,
            "lease_seconds": count,
            "registration": ["type": "string", "enum": ["invite", "approval", "open"]],
        ]),
        "RegisterRequest": object(
            ["invite": hex(16), "account_key": key, "certificate": compact, "pin": compact],
            optional: ["invite"]),
        "SessionRequest": object(["token": ["type": "string"]]),
        "SessionReply": object([
            "name": ["type": "string"], "role": role, "session": ["type": "string"],
            "idle_seconds": count,
        ]),
        "Moderator": object(["name": ["type": "string"], "role": role]),
        "DeviceRequest": object([
            "device_key": key, "agreement_key": key, "name": deviceName,
        ]),
        "DeviceRequestList": object([
            "requests": list(of: ["$ref": "#/components/schemas/DeviceRequest"])
        ]),
        "DeviceApproval": object([
            "account_key": key, "certificate": compact, "sealed_provisioning": ["type": "string"],
            "provisioning_seal": compact,
        ]),
        "DeviceList": object([
            "account_key": key,
            "devices": list(of: object(["certificate": compact, "last_seen": time])),
        ]),
        "RestoreRequest": object(["account_key": key, "certificate": compact]),
        "RestoreReply": object(["pin": ["type": "string"]]),
        "RevocationRequest": object(["rotation": compact]),
        "KeyRotationList": object(["rotations": list(of: compact)]),
        "KeyRequest": object(["epochs": keyEpochs]),
        "KeyRequestReply": object(["delivery": compact], optional: ["delivery"]),
        "KeyRequestList": object([
            "requests": list(of: object(["device": hex(16), "epochs": keyEpochs]))
        ]),
        "KeyDeliveryRequest": object(["delivery": compact]),
        "PushReply": object(["sequence": count]),
        "SnapshotDescription": object(["id": hex(16), "cursor": count, "chunks": count]),
        "LedgerRequest": object(
            [
                "spends": list(of: compact, atMost: ProtocolLimits.ledgerItems),
                "returns": list(of: compact, atMost: ProtocolLimits.ledgerItems),
                "wanted_leases": wish, "order_serial": wish, "epoch": count,
                "hand_in": object([
                    "epoch": count, "offset": count, "is_last": ["type": "boolean"],
                    "orders": list(of: compact, atMost: ProtocolLimits.ledgerItems),
                    "receipts": list(of: compact, atMost: ProtocolLimits.ledgerItems),
                    "leases": list(of: compact, atMost: ProtocolLimits.ledgerItems),
                ]),
            ], optional: ["epoch", "hand_in"]),
        "LedgerReply": ledgerReply,
        "RegistrationRequest": object([
            "works": list(of: registration, atMost: ProtocolLimits.registrationsPerRequest),
            "models": list(of: registration, atMost: ProtocolLimits.registrationsPerRequest),
            "withdrawals": list(of: registration, atMost: ProtocolLimits.registrationsPerRequest),
        ]),
        "RegistrationReply": object([
            "works": list(of: registrationEntry), "models": list(of: registrationEntry),
            "withdrawals": list(of: registrationEntry),
        ]),
        "ReceiptStatusReply": object(["status": compact]),
        "AuditPage": object([
            "contents": list(of: hex(32), atMost: ProtocolLimits.auditEntries)
        ]),
    ]

    /// A problem whose cause is one of `kinds`.
    static func problem(_ kinds: [Problem.Kind]) -> JSON {
        object([
            "type": [
                "type": "string", "enum": .array(kinds.map { .string($0.rawValue) }),
            ],
            "status": ["type": "integer"], "title": ["type": "string"],
            "detail": ["type": "string"], "time": time,
        ])
    }

    /// A parameter of a path by its name.
    static func path(_ name: String) -> JSON {
        if name == "receipt" { return hex(32) }
        if ["case", "number"].contains(name) { return number(0...NumberRange.count.upperBound) }
        guard name == "index" else { return hex(16) }
        return [
            "type": "integer", "minimum": 0,
            "maximum": .integer(ProtocolLimits.snapshotChunks - 1),
        ]
    }

    private static let ledgerReply = object(
        [
            "receipts": list(of: compact),
            "held": list(
                of: object([
                    "spend": hex(32),
                    "reason": [
                        "type": "string",
                        "enum": .array(
                            LedgerReply.HoldReason.allCases.map { .string($0.rawValue) }),
                    ],
                ])),
            "refused": list(
                of: object([
                    "spend": hex(32),
                    "reason": [
                        "type": "string", "enum": ["double-spend", "uncredited", "unknown-lease"],
                    ],
                ])),
            "ended": list(of: hex(16)), "leases": list(of: compact), "orders": list(of: compact),
            "balance": object([
                "granted": count, "free": count, "leased": count, "spent": count,
            ]),
            "time": time, "lends_from": time, "audit": compact, "epoch": count,
            "lacks": object(["receipts": count, "orders": count]), "handed_in": count,
            "waiting": object(["devices": list(of: hex(16)), "until": time]),
        ], optional: ["lends_from", "audit", "lacks", "handed_in", "waiting"])

    private static let registrationEntry = object(
        [
            "outcome": ["type": "string", "enum": ["accepted", "known", "refused"]],
            "code": [
                "type": "string",
                "enum": [
                    "malformed", "conflict", "unregistered-work", "wrong-order", "limit-reached",
                ],
            ],
            "text": ["type": "string"],
        ], optional: ["code"])

    private static let role: JSON = [
        "type": "string", "enum": ["reviewer", "moderator", "administrator"],
    ]
    static let key = hex(32)
    static let count = number(NumberRange.count)
    private static let wish = number(NumberRange.wish)
    static let time = number(0...Int(UnixTime.latest.milliseconds)).with([
        "description": "Milliseconds since 1970 UTC."
    ])
    static let keyEpochs: JSON = [
        "type": "array", "minItems": 1, "maxItems": .integer(ProtocolLimits.keysPerDelivery),
        "items": [
            "type": "integer", "minimum": .integer(Int(ProtocolLimits.keyEpochs.lowerBound)),
            "maximum": .integer(Int(ProtocolLimits.keyEpochs.upperBound)),
        ],
    ]
    private static let deviceName: JSON = ["type": "string"]
    static let compact: JSON = [
        "type": "string", "description": "A compact JWS.",
        "pattern": "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
    ]

    /// Something that is no signed object is refused in its own entry, beside the others.
    private static let registration: JSON = [
        "type": "string", "description": "A compact JWS by the device; else its entry is refused.",
    ]

    static func number(_ range: ClosedRange<Int>) -> JSON {
        [
            "type": "integer", "minimum": .integer(range.lowerBound),
            "maximum": .integer(range.upperBound),
        ]
    }

    static func hex(_ bytes: Int) -> JSON {
        ["type": "string", "pattern": .string("^[0-9a-f]{\(2 * bytes)}$")]
    }

    static func list(of items: JSON, atMost limit: Int? = nil) -> JSON {
        let list: JSON = ["type": "array", "items": items]
        return limit.map { list.with(["maxItems": .integer($0)]) } ?? list
    }

    /// Every property is required but those that are `optional`; readers ignore others, which later
    /// versions may add.
    static func object(
        _ properties: [String: JSON], optional: Set<String> = []
    ) -> JSON {
        let required = properties.keys.filter { !optional.contains($0) }.sorted()
        return [
            "type": "object", "properties": .object(properties),
            "required": .array(required.map { .string($0) }),
        ]
    }
}
