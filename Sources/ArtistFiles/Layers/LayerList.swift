import Foundation
import FoundationXML

/// The list of layers in an OpenRaster or Krita file: XML of nested groups, the topmost first.
struct LayerList {
    let canvas: CanvasSize
    /// The topmost first.
    let layers: [ArtistLayers.Layer]

    init(inArchive bytes: [UInt8], named name: String) throws(ArtistFileError) {
        guard
            let xml = try ArchiveFile(bytes).entry(named: name, limit: Limits.layerListBytes)
        else { throw .unsupported("it has no \(name)") }
        // Documents of these programs define no entities; those of others could unfold endlessly.
        guard ByteSearch.count(Array("<!ENTITY".utf8), in: xml, limit: 1) == 0 else {
            throw .unsupported("its \(name) defines entities")
        }
        let reader = LayerListReader()
        let parser = XMLParser(data: Data(xml))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        guard parser.parse(), reader.canvas.width > 0, reader.canvas.height > 0 else {
            throw .corrupt(reason: "its \(name) is damaged")
        }
        canvas = reader.canvas
        layers = reader.layers
    }
}

/// Takes the elements of both kinds of documents as they come.
private final class LayerListReader: NSObject, XMLParserDelegate {
    /// What an open group passes on to its layers.
    private struct Group {
        let element: String
        let name: String?
        let isVisible: Bool
        let hides: Bool
        let left: Int
        let top: Int
    }

    private(set) var canvas = CanvasSize(width: 0, height: 0)
    private(set) var layers: [ArtistLayers.Layer] = []
    private var imageName = ""
    private var groups: [Group] = []
    private var depth = 0

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        depth += 1
        // Krita nests two elements for each group.
        guard depth <= Limits.layerDepth * 2, layers.count < Limits.layers else {
            return parser.abortParsing()
        }
        switch element.lowercased() {
        case "image":
            func side(_ short: String, _ long: String) -> Int {
                (attributes[short] ?? attributes[long]).flatMap { Int($0) } ?? 0
            }
            canvas = CanvasSize(width: side("w", "width"), height: side("h", "height"))
            imageName = attributes["name"] ?? ""
        case "stack" where depth > 2: open(element, attributes)
        case "layer" where attributes["nodetype"] == "grouplayer": open(element, attributes)
        case "layer": take(attributes)
        default: break
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        depth -= 1
        if let last = groups.last, last.element == "\(element) \(depth)" { groups.removeLast() }
    }

    private func open(_ element: String, _ attributes: [String: String]) {
        groups.append(
            Group(
                element: "\(element) \(depth - 1)", name: attributes["name"],
                isVisible: Self.isVisible(attributes), hides: Self.hides(attributes),
                left: Self.number(attributes["x"]), top: Self.number(attributes["y"])))
    }

    private func take(_ attributes: [String: String]) {
        let left = Self.number(attributes["x"])
        let top = Self.number(attributes["y"])
        let source: ArtistLayers.Layer.Source
        if let name = attributes["src"] {
            // Groups move their layers in OpenRaster.
            source = .png(
                name: name, left: groups.reduce(left) { $0 + $1.left },
                top: groups.reduce(top) { $0 + $1.top })
        } else if let name = attributes["filename"], attributes["nodetype"] == "paintlayer" {
            let colors = attributes["colorspacename"] ?? ""
            source = .tiles(
                name: "\(imageName)/layers/\(name)", left: left, top: top,
                isFloat: colors.hasSuffix("F16") || colors.hasSuffix("F32"))
        } else {
            return
        }
        let name = String(
            decoding: (attributes["name"] ?? "").utf8.prefix(
                Limits.layerNameBytes), as: UTF8.self)
        layers.append(
            ArtistLayers.Layer(
                names: groups.compactMap(\.name) + [name],
                isVisible: Self.isVisible(attributes) && groups.allSatisfy(\.isVisible),
                hides: Self.hides(attributes) && groups.allSatisfy(\.hides), source: source))
    }

    private static func number(_ text: String?) -> Int {
        min(max(text.flatMap { Int($0) } ?? 0, -1 << 24), 1 << 24)
    }

    private static func isVisible(_ attributes: [String: String]) -> Bool {
        attributes["visible"] != "0" && attributes["visibility"] != "hidden"
    }

    /// OpenRaster counts opacity to 1, Krita to 255.
    private static func hides(_ attributes: [String: String]) -> Bool {
        let opacity = attributes["opacity"].flatMap { Double($0) } ?? 1
        let isKrita = attributes["nodetype"] != nil
        let mode = attributes["composite-op"] ?? attributes["compositeop"] ?? "normal"
        return opacity >= (isKrita ? 0.9 * 255 : 0.9) && ["normal", "svg:src-over"].contains(mode)
            && attributes["channelflags"]?.contains("0") != true
    }
}
