import Foundation
import Provenance
import StyleKit

/// Picture files with metadata that was written by hand.
struct MarkedFile {
    /// The kinds of containers.
    enum Kind: CaseIterable {
        case png, jpeg, webp
    }

    /// A small picture, encoded without metadata.
    static func plain(_ kind: Kind) throws -> [UInt8] {
        var pixels: [UInt8] = []
        for y in 0..<40 {
            for x in 0..<48 {
                pixels += [
                    UInt8(x * 5), UInt8(y * 6), UInt8(x * y % 256), kind == .webp ? 200 : 255,
                ]
            }
        }
        let picture = try Picture(width: 48, height: 40, pixels: pixels)
        return switch kind {
        case .png: try picture.encodedPNG()
        case .jpeg: try picture.encoded(as: .jpeg)
        case .webp: try picture.encoded(as: .webp)
        }
    }

    /// The picture with an XMP packet.
    static func holding(xmp packet: [UInt8], in kind: Kind) throws -> [UInt8] {
        switch kind {
        case .png:
            try png([("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + packet)])
        case .jpeg:
            try jpeg([(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet)])
        case .webp: try webp([("XMP ", packet)])
        }
    }

    /// The picture with a manifest store.
    static func holding(store: [UInt8], in kind: Kind) throws -> [UInt8] {
        switch kind {
        case .png: return try png([("caBX", store)])
        case .webp: return try webp([("C2PA", store)])
        case .jpeg:
            // In parts of 1,000 bytes, each with the box's header again.
            let rest = Array(store.dropFirst(8))
            let starts = Array(stride(from: 0, to: max(1, rest.count), by: 1000))
            return try jpeg(
                starts.enumerated().map { index, start in
                    let part = rest[start..<min(rest.count, start + 1000)]
                    return (
                        0xEB, Array("JP".utf8) + [0, 1] + big(index + 1) + store.prefix(8) + part
                    )
                })
        }
    }

    /// The PNG with chunks before its data; their checksums are wrong.
    static func png(_ chunks: [(String, [UInt8])]) throws -> [UInt8] {
        let file = try plain(.png)
        var extra: [UInt8] = []
        for (name, body) in chunks {
            extra += big(body.count) + Array(name.utf8) + body + [0, 0, 0, 0]
        }
        return file.prefix(33) + extra + file.dropFirst(33)
    }

    /// The JPEG with segments in front.
    static func jpeg(_ segments: [(UInt8, [UInt8])]) throws -> [UInt8] {
        let file = try plain(.jpeg)
        var extra: [UInt8] = []
        for (marker, body) in segments {
            extra += [0xFF, marker] + big(body.count + 2).suffix(2) + body
        }
        return file.prefix(2) + extra + file.dropFirst(2)
    }

    /// The WebP with chunks behind its picture.
    static func webp(_ chunks: [(String, [UInt8])]) throws -> [UInt8] {
        var file = try plain(.webp)
        for (name, body) in chunks {
            file += Array(name.utf8) + big(body.count).reversed() + body
            if body.count % 2 == 1 { file.append(0) }
        }
        return file.prefix(4) + big(file.count - 8).reversed() + file.dropFirst(8)
    }

    /// A number in 4 bytes.
    static func big(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian, Array.init)
    }

    /// A packet whose description has these attributes and elements.
    static func packet(
        attributes: String = "", _ elements: String = "",
        plus: String = "http://ns.useplus.org/ldf/xmp/1.0/"
    ) -> [UInt8] {
        Array(
            """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:plus="\(plus)" \(attributes)>\(elements)</rdf:Description>
            </rdf:RDF></x:xmpmeta>
            <?xpacket end="w"?>
            """.utf8)
    }

    /// A manifest store with one assertion.
    static func store(
        _ content: [UInt8], label: String = "cawg.training-mining", type: String = "cbor"
    ) -> [UInt8] {
        let assertion = superbox(label, [box(type, content)])
        return superbox(
            "c2pa", [superbox("urn:c2pa:1", [superbox("c2pa.assertions", [assertion])])])
    }

    /// A box with its length and type.
    static func box(_ type: String, _ body: [UInt8]) -> [UInt8] {
        big(body.count + 8) + Array(type.utf8) + body
    }

    /// A superbox with its description.
    static func superbox(_ label: String, _ children: [[UInt8]]) -> [UInt8] {
        let uuid = [UInt8](repeating: 7, count: 16)
        return box(
            "jumb",
            box("jumd", uuid + [3] + Array(label.utf8) + [0]) + children.joined())
    }

    /// A text string of CBOR, shorter than 256 bytes.
    static func text(_ text: String) -> [UInt8] { [0x78, UInt8(text.utf8.count)] + text.utf8 }

    /// A map of CBOR with these encoded keys and values.
    static func map(_ entries: [([UInt8], [UInt8])]) -> [UInt8] {
        [0xB8, UInt8(entries.count)] + entries.flatMap { $0.0 + $0.1 }
    }
}
