/// The marker segments of a JPEG file, up to the end of its picture.
///
/// - Note: ITU-T T.81 (1992), annex B.
struct JPEGSegments {
    private(set) var all: [ContainerPart] = []
    /// Whether the file has more segments than are looked at.
    private(set) var isCutOff = false

    /// Walks `file`, over the entropy-coded data of the scans.
    init(_ file: [UInt8]) {
        var position = 2
        while let start = Self.marker(in: file, from: position), start + 1 < file.count {
            guard all.count < Limits.chunks else {
                isCutOff = true
                return
            }
            let marker = file[start + 1]
            if marker == 0xD9 { return }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                position = start + 2
                continue
            }
            guard start + 4 <= file.count else { return }
            let length = Int(file[start + 2]) << 8 | Int(file[start + 3])
            let end = start + 2 + length
            guard length >= 2, end <= file.count else { return }
            all.append(
                ContainerPart(
                    type: String(marker, radix: 16), body: (start + 4)..<end, whole: start..<end))
            position = end
        }
    }

    /// A whole segment.
    ///
    /// - Parameter marker: The marker's second byte, such as 0xE1.
    static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0xFF, marker] + BigEndian.bytes(UInt16(clamping: body.count + 2)) + body
    }

    /// The next 0xFF that begins a marker; in entropy-coded data a zero follows it.
    private static func marker(in file: [UInt8], from start: Int) -> Int? {
        file.withUnsafeBytes { buffer in
            var position = start
            while position + 1 < buffer.count {
                // Eight bytes at once: most of a picture is walked over here.
                while position + 8 <= buffer.count,
                    !Self.holdsMarkerByte(
                        buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                { position += 8 }
                guard position + 1 < buffer.count else { return nil }
                if buffer[position] == 0xFF, buffer[position + 1] != 0, buffer[position + 1] != 0xFF
                {
                    return position
                }
                position += 1
            }
            return nil
        }
    }

    /// Whether one of the eight bytes is 0xFF: its complement is 0, from which 1 cannot be taken.
    private static func holdsMarkerByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return (~word &- ones) & word & (ones << 7) != 0
    }
}

extension ContainerPart {
    /// Whether it is an APP1 segment whose content begins with `name`.
    func holds(_ name: [UInt8], in file: [UInt8]) -> Bool {
        type == "e1" && file[body].starts(with: name)
    }
}

/// XMP and C2PA in the application segments of JPEG files.
enum JPEGMetadata {
    /// What precedes a packet in its segment (XMP specification, part 3, 1.1.3).
    static let packetName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    /// What precedes EXIF data, which may hold a packet as tag 700.
    static let exifName = Array("Exif\0".utf8)
    /// What precedes a part of an extended packet.
    static let extensionName = Array("http://ns.adobe.com/xmp/extension/\0".utf8)

    /// The packets, then the extended ones.
    static func packets(
        in segments: JPEGSegments, of file: [UInt8]
    ) -> [Result<[UInt8], ManifestError>] {
        var packets: [Result<[UInt8], ManifestError>] = []
        var parts: [[UInt8]: [ExtensionPart]] = [:]
        for segment in segments.all where segment.type == "e1" {
            let body = file[segment.body]
            if body.starts(with: packetName) {
                packets.append(.success(Array(body.dropFirst(packetName.count))))
            } else if body.starts(with: extensionName) {
                guard let part = ExtensionPart(body.dropFirst(extensionName.count)) else {
                    packets.append(.failure(.malformed("its extended XMP is truncated")))
                    continue
                }
                parts[part.packet, default: []].append(part)
            }
        }
        return packets
            + parts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { ExtensionPart.joined($0.value) }
    }

    /// The manifest stores, each put together from its segments.
    ///
    /// - Note: ISO/IEC 18477-3 (JPEG XT), B.2: `JP`, an instance number, a sequence number, then a
    ///   part of a box; every part after the first repeats the box's header.
    static func stores(
        in segments: JPEGSegments, of file: [UInt8]
    ) -> [Result<[UInt8], ManifestError>] {
        var parts: [UInt64: [(sequence: UInt64, bytes: ArraySlice<UInt8>)]] = [:]
        for segment in segments.all where segment.type == "eb" {
            var cursor = ByteCursor(file[segment.body])
            guard cursor.take(2)?.elementsEqual("JP".utf8) == true,
                let instance = cursor.number(bytes: 2), let sequence = cursor.number(bytes: 4),
                cursor.rest.dropFirst(4).starts(with: Array("jumb".utf8))
            else { continue }
            parts[instance, default: []].append((sequence, cursor.rest))
        }
        return parts.sorted { $0.key < $1.key }.map { _, parts in
            let sorted = parts.sorted { $0.sequence < $1.sequence }
            var bytes: [UInt8] = []
            for (index, part) in sorted.enumerated() {
                guard bytes.count + part.bytes.count <= Limits.storeBytes else {
                    return .failure(.tooLarge(limit: Limits.storeBytes))
                }
                // An extended length belongs to the header that is repeated.
                let isLong = part.bytes.starts(with: [0, 0, 0, 1])
                bytes += index == 0 ? part.bytes : part.bytes.dropFirst(isLong ? 16 : 8)
            }
            return .success(bytes)
        }
    }

    /// A segment with a packet.
    ///
    /// - Throws: ``ProtectionError/tooLarge(limit:)``.
    static func segment(holding packet: [UInt8]) throws(ProtectionError) -> [UInt8] {
        guard packet.count <= Limits.segmentPacketBytes else {
            throw .tooLarge(limit: Limits.segmentPacketBytes)
        }
        return JPEGSegments.segment(0xE1, packetName + packet)
    }

    /// Where a packet goes in a file that has none: behind what has to come first, JFIF and EXIF.
    static func placeOfPacket(in segments: JPEGSegments, of file: [UInt8]) -> Int {
        segments.all.prefix { $0.type == "e0" || $0.holds(exifName, in: file) }
            .last?.whole.upperBound ?? 2
    }

    /// Whether a segment holds a part of a manifest store.
    static func isManifest(_ segment: ContainerPart, of file: [UInt8]) -> Bool {
        segment.type == "eb" && file[segment.body].starts(with: Array("JP".utf8))
            && file[segment.body].dropFirst(12).starts(with: Array("jumb".utf8))
    }
}

/// One part of an extended XMP packet: its digest in 32 digits, the length of all, an offset.
private struct ExtensionPart {
    let packet: [UInt8]
    let length: Int
    let offset: Int
    let bytes: ArraySlice<UInt8>

    init?(_ body: ArraySlice<UInt8>) {
        var cursor = ByteCursor(body)
        guard let packet = cursor.take(32), let length = cursor.number(bytes: 4),
            let offset = cursor.number(bytes: 4)
        else { return nil }
        self.packet = Array(packet)
        self.length = Int(clamping: length)
        self.offset = Int(clamping: offset)
        bytes = cursor.rest
    }

    /// The parts of one packet in the order of their offsets.
    static func joined(_ parts: [ExtensionPart]) -> Result<[UInt8], ManifestError> {
        let length = parts.map(\.length).max() ?? 0
        guard length <= Limits.packetBytes else {
            return .failure(.tooLarge(limit: Limits.packetBytes))
        }
        var packet: [UInt8] = []
        for part in parts.sorted(by: { $0.offset < $1.offset }) {
            guard part.offset == packet.count, packet.count + part.bytes.count <= length else {
                return .failure(.malformed("a part of its extended XMP is missing"))
            }
            packet += part.bytes
        }
        guard packet.count == length else {
            return .failure(.malformed("a part of its extended XMP is missing"))
        }
        return .success(packet)
    }
}
