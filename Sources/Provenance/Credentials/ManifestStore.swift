import Crypto

/// A C2PA manifest store with one manifest, in the one form that Atelier writes.
///
/// What is read is written again and compared, so that a byte which this form does not explain is
/// refused.
///
/// - Note: C2PA 2.1, 11.1; boxes by ISO/IEC 19566-5 (2023).
struct ManifestStore: Equatable {
    /// One assertion of a manifest.
    struct Assertion: Equatable {
        enum Content: Equatable {
            case cbor([UInt8])
            case json([UInt8])
        }

        /// Its label, such as `c2pa.hash.data`.
        let label: String
        /// The bytes of its content box.
        let content: Content

        init(_ label: String, _ item: CBORValue) {
            self.label = label
            content = .cbor(item.encoded)
        }

        init(_ label: String, json: [UInt8]) {
            self.label = label
            content = .json(json)
        }

        fileprivate init(_ label: String, _ content: Content) {
            self.label = label
            self.content = content
        }

        /// Its CBOR; nil where it holds JSON, or none that can be read.
        var item: CBORValue? {
            if case .cbor(let bytes) = content { try? CBORValue(reading: bytes[...]) } else { nil }
        }

        /// What refers to it from the claim and from other assertions: SHA-256 of the superbox
        /// without its length and type.
        var reference: CBORValue {
            .object([
                "url": .text("self#jumbf=\(ManifestLabel.assertions)/\(label)"),
                "hash": .bytes(Array(SHA256.hash(data: superbox.dropFirst(8)))),
            ])
        }

        fileprivate var superbox: [UInt8] {
            switch content {
            case .cbor(let bytes):
                BoxEncoding.superbox("cbor", label, [BoxEncoding.box("cbor", bytes)])
            case .json(let bytes):
                BoxEncoding.superbox("json", label, [BoxEncoding.box("json", bytes)])
            }
        }
    }

    /// The last 12 bytes of the UUID of a superbox's type; its four characters precede them.
    static let typeSuffix: [UInt8] = [
        0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71,
    ]

    /// The manifest's name, a `urn:c2pa:` with a UUID.
    let name: String
    /// In the order in which the claim lists them.
    let assertions: [Assertion]
    /// The encoded claim, which the signature covers.
    let claim: [UInt8]
    /// The encoded COSE_Sign1.
    let signature: [UInt8]

    /// The whole store.
    var encoded: [UInt8] {
        BoxEncoding.superbox(
            "c2pa", "c2pa",
            [
                BoxEncoding.superbox(
                    "c2ma", name,
                    [
                        BoxEncoding.superbox(
                            "c2as", ManifestLabel.assertions, assertions.map(\.superbox)),
                        BoxEncoding.superbox(
                            "c2cl", ManifestLabel.claim, [BoxEncoding.box("cbor", claim)]),
                        BoxEncoding.superbox(
                            "c2cs", ManifestLabel.signature, [BoxEncoding.box("cbor", signature)]),
                    ])
            ])
    }

    init(name: String, assertions: [Assertion], claim: [UInt8], signature: [UInt8]) {
        self.name = name
        self.assertions = assertions
        self.claim = claim
        self.signature = signature
    }

    /// Reads a store of this form.
    ///
    /// - Throws: ``ManifestError`` where it has another form.
    init(reading bytes: ArraySlice<UInt8>) throws(ManifestError) {
        let stores = try JUMBFBox.all(in: bytes)
        guard stores.count == 1, stores[0].children.count == 1 else {
            throw .malformed("it does not hold exactly one manifest")
        }
        let manifest = stores[0].children[0]
        let parts = manifest.children
        guard parts.map(\.label) == ManifestLabel.parts, let claim = parts[1].bytes("cbor"),
            let signature = parts[2].bytes("cbor")
        else { throw .malformed("its manifest has other parts") }
        self.init(
            name: manifest.label, assertions: parts[0].children.compactMap(Self.assertion),
            claim: Array(claim), signature: Array(signature))
        guard encoded.elementsEqual(bytes) else {
            throw .malformed("its manifest is written in another form")
        }
    }

    private static func assertion(_ box: JUMBFBox) -> Assertion? {
        if let bytes = box.bytes("cbor") { return Assertion(box.label, .cbor(Array(bytes))) }
        return box.bytes("json").map { Assertion(box.label, .json(Array($0))) }
    }
}

/// The labels of a manifest's boxes.
enum ManifestLabel {
    static let assertions = "c2pa.assertions"
    static let claim = "c2pa.claim.v2"
    static let signature = "c2pa.signature"
    static let actions = "c2pa.actions.v2"
    static let ingredient = "c2pa.ingredient.v3"
    static let training = "cawg.training-mining"
    static let hash = "c2pa.hash.data"
    /// Atelier's own assertion. Nobody can own a domain under `local`, so that nobody else may
    /// claim the label.
    static let evidence = "local.atelier.evidence"

    static let parts = [assertions, claim, signature]
}

/// Boxes as this form writes them.
private enum BoxEncoding {
    /// The toggles of a box with a label that others may refer to.
    private static let labelled: UInt8 = 3

    static func box(_ type: String, _ body: [UInt8]) -> [UInt8] {
        BigEndian.bytes(UInt32(clamping: body.count + 8)) + Array(type.utf8) + body
    }

    static func superbox(_ type: String, _ label: String, _ children: [[UInt8]]) -> [UInt8] {
        let description =
            Array(type.utf8) + ManifestStore.typeSuffix + [labelled] + Array(label.utf8) + [0]
        return box("jumb", box("jumd", description) + children.joined())
    }
}
