import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The training marks of an XMP packet.
///
/// - Note: ISO 16684-1 (2019) for XMP; *RDF 1.1 XML Syntax*, W3C, 2014, for how a property may be
///   written: as attribute, element, `rdf:resource`, `rdf:value` or in a container.
enum XMPMarks {
    /// The marks of a packet; one that cannot be read is a mark, too.
    static func read(_ packet: [UInt8]) -> [TrainingMark] {
        do throws(ManifestError) {
            let content = try XMPContent(of: packet)
            return content.values.map { text in
                let value = DataMiningValue(spelled: text)
                return TrainingMark(
                    .xmp, "plus:DataMining", value?.rawValue ?? text,
                    value?.meaning ?? .unreadable, holder: content.holder)
            }
        } catch {
            return [.unreadable(.xmp, error.description)]
        }
    }
}

/// What is read of an XMP packet.
struct XMPContent: Equatable {
    /// The values of `plus:DataMining`, as they are spelled; one that is empty where the property
    /// has none.
    let values: [String]
    /// The creator, the owner or the rights text; empty where none is named.
    let holder: String

    /// Parses a packet.
    ///
    /// - Throws: ``ManifestError`` where it is no well-formed UTF-8 XML, or too deep or too large.
    init(of packet: [UInt8]) throws(ManifestError) {
        guard packet.count <= Limits.packetBytes else { throw .tooLarge(limit: Limits.packetBytes) }
        let text = Self.trimmed(packet)
        guard String(validating: text, as: UTF8.self) != nil else {
            throw .malformed("its XMP is not UTF-8")
        }
        // XMP has no document type; entities are how XML attacks its readers.
        guard !XMLScanner.contains("<!DOCTYPE", in: text),
            !XMLScanner.contains("<!ENTITY", in: text)
        else { throw .malformed("its XMP declares a document type") }
        guard XMLScanner.attributesOfLargestTag(in: text) <= Limits.attributes else {
            throw .tooMany("attributes of one element", limit: Limits.attributes)
        }
        let reader = XMPReader()
        let parser = XMLParser(data: Data(text))
        parser.shouldProcessNamespaces = false
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        // What it returns is true for some texts that are not well-formed.
        _ = parser.parse()
        guard !reader.isTooDeep else { throw .tooDeep(limit: Limits.xmlDepth) }
        guard reader.isWhole, !reader.isMalformed else {
            throw .malformed("its XMP is not well-formed")
        }
        values = reader.values
        holder = reader.holder
    }

    /// Without a byte order mark, and without what some programs leave behind the end.
    static func trimmed(_ packet: [UInt8]) -> ArraySlice<UInt8> {
        var text = packet.starts(with: [0xEF, 0xBB, 0xBF]) ? packet.dropFirst(3) : packet[...]
        while let last = text.last, last <= 0x20 { text.removeLast() }
        while let first = text.first, first <= 0x20 { text.removeFirst() }
        return text
    }
}

/// Namespaces in force, by the elements that are open. The parser's own handling resolves no
/// prefixes of attributes.
struct XMLNamespaces {
    private var levels: [[String: String]] = []

    /// Opens an element that declares some.
    mutating func open(_ attributes: [String: String]) {
        var level: [String: String] = [:]
        for (name, value) in attributes {
            if name == "xmlns" { level[""] = value }
            if name.hasPrefix("xmlns:") { level[String(name.dropFirst(6))] = value }
        }
        levels.append(level)
    }

    /// Closes the innermost element.
    mutating func close() { _ = levels.popLast() }

    /// How many elements are open.
    var depth: Int { levels.count }

    /// The namespace and local name of a qualified name.
    ///
    /// An attribute without a prefix has no namespace. A prefix that nobody declared is its own
    /// namespace.
    func resolve(_ name: String, isAttribute: Bool = false) -> (namespace: String, local: String) {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            return (isAttribute ? "" : declared("") ?? "", name)
        }
        return (declared(parts[0]) ?? parts[0], parts[1])
    }

    private func declared(_ prefix: String) -> String? {
        for level in levels.reversed() {
            if let namespace = level[prefix] { return namespace }
        }
        return nil
    }

    /// Whether a name is that of `plus:DataMining`. A program that forgot to declare `plus` meant
    /// it all the same.
    static func isDataMining(_ name: (namespace: String, local: String)) -> Bool {
        name.local == DataMiningValue.property
            && (DataMiningValue.isNamespace(name.namespace) || name.namespace == "plus")
    }
}

/// Collects values while the parser walks a packet.
private final class XMPReader: NSObject, XMLParserDelegate {
    private static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    /// Who a file may name as holder of its rights, the best first.
    private static let holders: [(namespace: String, local: String)] = [
        ("http://purl.org/dc/elements/1.1/", "creator"),
        ("http://ns.useplus.org/ldf/xmp/1.0/", "CopyrightOwnerName"),
        ("http://ns.adobe.com/xap/1.0/rights/", "Owner"),
        ("http://ns.adobe.com/photoshop/1.0/", "Credit"),
        ("http://purl.org/dc/elements/1.1/", "rights"),
    ]

    /// libxml2's errors of namespaces: names that are no addresses, prefixes that nobody declared.
    private static let namespaceErrors: Set<Int> = [99, 100, 200, 201, 202, 203, 204, 205]

    /// A property that is being read.
    private enum Property: Equatable {
        case dataMining
        case holder(Int)
    }

    private(set) var values: [String] = []
    private(set) var isTooDeep = false
    /// Whether the parser met more than a namespace that is unusual.
    private(set) var isMalformed = false
    /// Whether the outermost element was read to its end.
    private(set) var isWhole = false
    private var names: [Int: String] = [:]
    private var namespaces = XMLNamespaces()
    private var open: (property: Property, depth: Int, hasValue: Bool)?
    private var text = ""

    var holder: String { names.min { $0.key < $1.key }?.value ?? "" }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        namespaces.open(attributes)
        guard namespaces.depth <= Limits.xmlDepth else {
            isTooDeep = true
            return parser.abortParsing()
        }
        let name = namespaces.resolve(qualifiedName ?? elementName)
        if open == nil, let property = property(name) {
            open = (property, namespaces.depth, false)
        }
        text = ""
        for (key, value) in attributes where !key.hasPrefix("xmlns") {
            let attribute = namespaces.resolve(key, isAttribute: true)
            if let property = property(attribute) {
                add(value, to: property)
            } else if let open, attribute.namespace == Self.rdf,
                ["resource", "value", "about"].contains(attribute.local)
            {
                add(value, to: open.property)
            }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if open != nil, text.utf8.count < Limits.packetBytes { text += string }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        if open != nil { text += String(decoding: block, as: UTF8.self) }
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        if let open {
            let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if !value.isEmpty { add(value, to: open.property) }
            if open.depth == namespaces.depth {
                // A property without a value may mean anything.
                if open.property == .dataMining, self.open?.hasValue == false {
                    add("", to: .dataMining)
                }
                self.open = nil
            }
        }
        text = ""
        namespaces.close()
        if namespaces.depth == 0 { isWhole = true }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        if !Self.namespaceErrors.contains((parseError as NSError).code) { isMalformed = true }
    }

    private func property(_ name: (namespace: String, local: String)) -> Property? {
        if XMLNamespaces.isDataMining(name) { return .dataMining }
        return Self.holders.firstIndex { $0 == name }.map { .holder($0) }
    }

    private func add(_ value: String, to property: Property) {
        open?.hasValue = true
        switch property {
        case .dataMining:
            if values.count < Limits.values, !values.contains(value) { values.append(value) }
        case .holder(let rank): if names[rank] == nil { names[rank] = value }
        }
    }
}
