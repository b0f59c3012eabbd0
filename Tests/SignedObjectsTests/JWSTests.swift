import SignedObjects
import TestSupport
import Testing

private struct Example: SignedPayload {
    static let type = "example+jws"
    var count: Int
    var madeAt: UnixTime
    var name: String
}

private struct Other: SignedPayload {
    static let type = "other+jws"
    var count: Int
    var madeAt: UnixTime
    var name: String
}

@Suite struct JWSTests {
    /// Signed by an independent JOSE library (joserfc 1.x) with the private key 00 01 … 1f over
    /// `{"count":3,"made_at":1760000000000,"name":"a/b é"}`.
    private static let foreign =
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImV4YW1wbGUrandzIn0"
        + ".eyJjb3VudCI6MywibWFkZV9hdCI6MTc2MDAwMDAwMDAwMCwibmFtZSI6ImEvYiDDqSJ9"
        + ".wrSzVKjqcAjm2Svm2L89oOBdY7mPEAH06uXWYmj3qdQHh51owvbxby035m5WS76gKUZJ02TCGaQpHE6LBn4iCw"
    private static let publicKey =
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    private static let example = Example(
        count: 3, madeAt: UnixTime(milliseconds: 1_760_000_000_000), name: "a/b é")

    private static func key() throws -> SigningKey {
        try #require(SigningKey(bytes: Array(0..<32)))
    }

    // Goal: our text is, byte for byte, what another implementation makes of the same payload.
    @Test func agreesWithAnIndependentImplementation() throws {
        let key = try Self.key()
        #expect(key.verifyingKey.description == Self.publicKey)
        #expect(try JWS(signing: Self.example, with: key).compact == Self.foreign)
        let verified = try JWS<Example>(verifying: Self.foreign, with: key.verifyingKey)
        #expect(verified.payload == Self.example)
    }

    // Goal: a text with any one character changed to any other of the alphabet is refused: there is
    // no second spelling of a signed object.
    @Test func everyChangedCharacterIsRefused() throws {
        let key = try Self.key().verifyingKey
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=".utf8)
        let text = Array(Self.foreign.utf8)
        for index in text.indices {
            for other in [alphabet[index % alphabet.count], UInt8(ascii: "A"), UInt8(ascii: "=")]
            where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(throws: JWSError.self, "character \(index)") {
                    try JWS<Example>(verifying: String(decoding: changed, as: UTF8.self), with: key)
                }
            }
        }
        for extra in ["=", ".", " ", "\n"] {
            #expect(throws: JWSError.malformed(type: Example.type)) {
                try JWS<Example>(verifying: Self.foreign + extra, with: key)
            }
        }
    }

    // Goal: a second spelling of a payload is refused, although the right key signed it.
    // Method: the same payload with other spacing, order, escapes, numbers, and one more field.
    @Test(arguments: [
        #"{"count": 3,"made_at":1760000000000,"name":"a/b é"}"#,
        #"{"made_at":1760000000000,"count":3,"name":"a/b é"}"#,
        #"{"count":3,"made_at":1760000000000,"name":"a\/b é"}"#,
        #"{"count":3,"made_at":1760000000000,"name":"a/b \u00e9"}"#,
        #"{"count":3.0,"made_at":1760000000000,"name":"a/b é"}"#,
        #"{"count":3,"made_at":1.76e12,"name":"a/b é"}"#,
        #"{"count":3,"made_at":1760000000000,"name":"a/b é","note":""}"#,
        #"{"count":9,"count":3,"made_at":1760000000000,"name":"a/b é"}"#,
    ])
    func otherSpellingsAreRefused(json: String) throws {
        let key = try Self.key()
        let header = Base64URL.encode(#"{"alg":"EdDSA","typ":"\#(Example.type)"}"#.utf8)
        let input = header + "." + Base64URL.encode(json.utf8)
        let signature = try key.signature(for: Array(input.utf8))
        let compact = input + "." + Base64URL.encode(signature)
        #expect(throws: JWSError.self) {
            try JWS<Example>(verifying: compact, with: key.verifyingKey)
        }
    }

    // Goal: another key, and another type with the same fields, are refused.
    @Test func anotherKeyOrTypeIsRefused() throws {
        #expect(throws: JWSError.wrongSignature(type: Example.type)) {
            try JWS<Example>(verifying: Self.foreign, with: SigningKey().verifyingKey)
        }
        #expect(throws: JWSError.malformed(type: Other.type)) {
            try JWS<Other>(verifying: Self.foreign, with: Self.key().verifyingKey)
        }
    }

    // Goal: a text over the limit is refused before it is looked at.
    @Test func lengthIsLimited() throws {
        let long = String(repeating: "A", count: 16 * 1024 + 1)
        #expect(throws: JWSError.tooLarge(bytes: 16 * 1024 + 1, limit: 16 * 1024)) {
            try JWS<Example>(verifying: long, with: Self.key().verifyingKey)
        }
        #expect(throws: JWSError.malformed(type: Example.type)) {
            try JWS<Example>(verifying: String(long.dropLast()), with: Self.key().verifyingKey)
        }
    }
}
