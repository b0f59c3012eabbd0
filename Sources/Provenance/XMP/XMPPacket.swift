/// An XMP packet that carries one training mark: a new one, or an existing one with the mark set
/// and everything else as it was.
package struct XMPPacket: Equatable, Sendable {
    private static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

    /// The packet in UTF-8, without padding.
    package let bytes: [UInt8]

    /// A packet with nothing but the mark.
    package init(marking value: DataMiningValue) {
        let text = """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
             <rdf:RDF xmlns:rdf="\(Self.rdf)">
              \(Self.description(value, about: "", rdf: "rdf"))
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="w"?>
            """
        bytes = Array(text.utf8)
    }

    /// An existing packet with its training mark set to `value`; other properties keep their bytes.
    ///
    /// - Throws: ``ManifestError`` where the packet cannot be read, or has no place for the mark.
    package init(_ packet: [UInt8], marking value: DataMiningValue) throws(ManifestError) {
        let before = try XMPContent(of: packet)
        let text = XMPContent.trimmed(packet)
        guard before.values.map(DataMiningValue.init(spelled:)) != [value] else {
            bytes = Array(text)
            return
        }
        let edit = try Self.places(in: text)
        var merged: [UInt8] = []
        var position = text.startIndex
        for range in edit.removed.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard position <= range.lowerBound else { throw Self.formless }
            merged += text[position..<range.lowerBound]
            position = range.upperBound
        }
        guard position <= edit.insertion else { throw Self.formless }
        merged += text[position..<edit.insertion]
        let mark = Self.description(value, about: edit.about, rdf: edit.prefix)
        if let opening = edit.emptyElement {
            // `<rdf:RDF/>` becomes a pair of tags around the mark.
            merged += Array((opening + ">" + mark + "</\(edit.name)>").utf8)
        } else {
            merged += Array(mark.utf8)
        }
        merged += Self.withoutPadding(text[edit.rest...])
        bytes = merged
        // The edit is checked by what reads marks, so that no copy is written with another.
        let after = try XMPContent(of: merged)
        guard after.values.map(DataMiningValue.init(spelled:)) == [value],
            after.holder == before.holder
        else { throw Self.formless }
    }

    private static let formless = ManifestError.malformed(
        "its XMP has a form that no mark can be added to")

    /// Where a packet is edited.
    private struct Places {
        /// Attributes and elements of the mark that is there.
        var removed: [Range<Int>] = []
        /// Where the new mark goes: before the end tag of `rdf:RDF`.
        var insertion = 0
        /// Where the packet goes on behind the insertion.
        var rest = 0
        /// The prefix and the name of `rdf:RDF`.
        var prefix = ""
        var name = ""
        /// The start of an empty `rdf:RDF` element, without its end; nil for a pair of tags.
        var emptyElement: String?
        /// What the packet is about, as it is written: all descriptions must say the same.
        var about = ""
    }

    private static func places(in text: ArraySlice<UInt8>) throws(ManifestError) -> Places {
        var places = Places()
        var scanner = XMLScanner(text)
        var namespaces = XMLNamespaces()
        var isFound = false
        /// The start of a mark's element, and how many elements are open inside.
        var mark: (start: Int, depth: Int)?
        while let tag = scanner.next() {
            if tag.kind == .end {
                let name = namespaces.resolve(tag.name)
                if name == (rdf, "RDF"), !isFound {
                    isFound = true
                    places.insertion = tag.range.lowerBound
                    places.rest = tag.range.lowerBound
                    note(tag, &places)
                }
                if let open = mark, namespaces.depth == open.depth {
                    places.removed.append(open.start..<tag.range.upperBound)
                    mark = nil
                }
                namespaces.close()
                continue
            }
            namespaces.open(
                Dictionary(
                    tag.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
            let name = namespaces.resolve(tag.name)
            if mark == nil, XMLNamespaces.isDataMining(name) {
                if tag.kind == .empty {
                    places.removed.append(tag.range)
                } else {
                    mark = (tag.range.lowerBound, namespaces.depth)
                }
            }
            for attribute in tag.attributes where mark == nil {
                let key = namespaces.resolve(attribute.name, isAttribute: true)
                if XMLNamespaces.isDataMining(key) { places.removed.append(attribute.range) }
                if name == (rdf, "Description"), key == (rdf, "about"), !isFound {
                    places.about = places.about.isEmpty ? attribute.value : places.about
                }
            }
            if tag.kind == .empty {
                if name == (rdf, "RDF"), !isFound {
                    isFound = true
                    places.insertion = tag.range.lowerBound
                    places.rest = tag.range.upperBound
                    let opening = text[tag.range].dropLast(2)
                    places.emptyElement = String(decoding: opening, as: UTF8.self)
                    note(tag, &places)
                }
                namespaces.close()
            }
        }
        guard isFound else { throw .malformed("its XMP holds no RDF") }
        return places
    }

    private static func note(_ tag: XMLScanner.Tag, _ places: inout Places) {
        places.name = tag.name
        places.prefix = tag.name.split(separator: ":").dropLast().first.map(String.init) ?? ""
    }

    /// The mark as a description of its own.
    private static func description(
        _ value: DataMiningValue, about: String, rdf prefix: String
    ) -> String {
        // Without a prefix RDF is the default namespace, which attributes do not take part in.
        let element = prefix.isEmpty ? "Description" : "\(prefix):Description"
        let quote = about.contains("\"") ? "'" : "\""
        let own = prefix.isEmpty ? " xmlns:rdf=\"\(rdf)\"" : ""
        let attribute = prefix.isEmpty ? "rdf" : prefix
        return """
            <\(element)\(own) \(attribute):about=\(quote)\(about)\(quote) \
            xmlns:plus="\(DataMiningValue.namespace)">\
            <plus:DataMining>\(DataMiningValue.vocabulary)\(value.rawValue)</plus:DataMining>\
            </\(element)>
            """
    }

    /// The end of a packet without the blanks that programs leave for edits in place.
    private static func withoutPadding(_ end: ArraySlice<UInt8>) -> [UInt8] {
        let trailer = Array("<?xpacket".utf8)
        guard let start = end.indices.last(where: { end[$0...].starts(with: trailer) }) else {
            return Array(end)
        }
        var body = end[..<start]
        while let last = body.last, last <= 0x20 { body.removeLast() }
        return Array(body) + [UInt8(ascii: "\n")] + Array(end[start...])
    }
}
