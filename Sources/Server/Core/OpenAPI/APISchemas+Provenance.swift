import AtelierProtocol

extension APISchemas {
    /// The schemas of what is sent about who signs pictures.
    static let provenance: [String: JSON] = [
        "CommunityRootList": object([
            "roots": list(of: compact, atMost: CommunityRoot.numbers.upperBound)
        ]),
        "RevocationList": object([
            "head": compact,
            "entries": [
                "type": "string", "pattern": "^[A-Za-z0-9_-]*$",
                "maxLength": .integer(
                    (ProtocolLimits.revocations * RevocationEntry.byteCount + 2) / 3 * 4),
                "description": "Entries of 25 bytes each, base64url.",
            ],
        ]),
        "SigningCertificate": object(
            [
                "certificate": [
                    "type": "string", "pattern": "^[A-Za-z0-9_-]+$",
                    "description": "X.509 in DER, base64url.",
                ],
                "root": compact, "public_name": publicName,
            ], optional: ["public_name"]),
        "PublicNameRequest": object(["name": publicName], optional: ["name"]),
    ]

    private static let publicName: JSON = [
        "type": "string", "minLength": 1,
        "maxLength": .integer(PublicNameRequest.nameLength),
    ]
}
