/// What is read of the X.509 certificate that a manifest names as its signer's.
///
/// Nothing is verified: it tells whom a mark claims to come from.
///
/// - Note: RFC 5280, 4.1; DER by ITU-T X.690.
struct SignerCertificate {
    /// The common name, else the organisation, of the subject; nil where there is neither.
    let name: String?
    /// The organisational unit of the subject; nil where there is none.
    let unit: String?
    /// The 32 bytes of an Ed25519 key (RFC 8410); nil for another kind of key.
    let ed25519Key: [UInt8]?

    /// Reads a certificate; nil where it is none.
    init?(der: ArraySlice<UInt8>) {
        guard
            let certificate = DERItem.all(in: der)?.first, certificate.tag == 0x30,
            let toSign = DERItem.all(in: certificate.body)?.first,
            var fields = DERItem.all(in: toSign.body)?[...]
        else { return nil }
        // The version is optional; then serial number, algorithm, issuer, validity.
        if fields.first?.tag == 0xA0 { fields = fields.dropFirst() }
        guard fields.count >= 6 else { return nil }
        let (subject, key) = (fields[fields.startIndex + 4], fields[fields.startIndex + 5])
        name =
            Self.attribute(Self.commonName, of: subject)
            ?? Self.attribute(Self.organisation, of: subject)
        unit = Self.attribute(Self.organisationalUnit, of: subject)
        ed25519Key = Self.ed25519Key(key)
    }

    /// The certificate of the signer in a COSE_Sign1 item (RFC 9052), whose chain stands under
    /// header 33 (RFC 9360) or, in older manifests, `x5chain`.
    init?(signature: CBORValue) {
        var item = signature
        while case .tagged(_, let inner) = item { item = inner }
        guard case .array(let parts) = item, parts.count == 4 else { return nil }
        var headers = [parts[1]]
        if case .bytes(let bytes) = parts[0], let map = try? CBORValue(reading: bytes[...]) {
            headers.append(map)
        }
        let chains = headers.flatMap(\.entries).filter {
            $0.key == .unsigned(33) || $0.key == .text("x5chain")
        }.map(\.value)
        for chain in chains {
            let leaf: CBORValue? = if case .array(let all) = chain { all.first } else { chain }
            if case .bytes(let der) = leaf, let certificate = SignerCertificate(der: der[...]) {
                self = certificate
                return
            }
        }
        return nil
    }

    private static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    private static let organisationalUnit: [UInt8] = [0x55, 0x04, 0x0B]
    private static let organisation: [UInt8] = [0x55, 0x04, 0x0A]
    private static let ed25519: [UInt8] = [0x2B, 0x65, 0x70]

    /// An attribute of a name: a sequence of sets of sequences of an identifier and a text.
    private static func attribute(_ identifier: [UInt8], of name: DERItem) -> String? {
        for set in DERItem.all(in: name.body) ?? [] {
            for pair in DERItem.all(in: set.body) ?? [] {
                guard let parts = DERItem.all(in: pair.body), parts.count == 2,
                    parts[0].body.elementsEqual(identifier),
                    let text = String(validating: parts[1].body, as: UTF8.self)
                else { continue }
                return text
            }
        }
        return nil
    }

    private static func ed25519Key(_ info: DERItem) -> [UInt8]? {
        guard let parts = DERItem.all(in: info.body), parts.count == 2,
            DERItem.all(in: parts[0].body)?.first?.body.elementsEqual(ed25519) == true,
            parts[1].tag == 0x03, parts[1].body.count == 33, parts[1].body.first == 0
        else { return nil }
        return Array(parts[1].body.dropFirst())
    }
}

/// One item of DER: a tag of one byte, a length, a body.
private struct DERItem {
    let tag: UInt8
    let body: ArraySlice<UInt8>

    /// The items that take all of `bytes`; nil where they do not.
    static func all(in bytes: ArraySlice<UInt8>) -> [DERItem]? {
        var cursor = ByteCursor(bytes)
        var items: [DERItem] = []
        while !cursor.isAtEnd {
            guard items.count < Limits.values, let tag = cursor.number(bytes: 1),
                let first = cursor.number(bytes: 1)
            else { return nil }
            var length = first
            if first >= 0x80 {
                guard (0x81...0x84).contains(first),
                    let long = cursor.number(bytes: Int(first & 0x7F))
                else { return nil }
                length = long
            }
            guard let body = cursor.take(Int(clamping: length)) else { return nil }
            items.append(DERItem(tag: UInt8(truncatingIfNeeded: tag), body: body))
        }
        return items
    }
}
