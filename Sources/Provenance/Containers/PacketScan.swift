import Foundation

/// The XMP packets and manifest stores that lie unpacked in a file of any format, as in PSD, TIFF,
/// HEIC and JPEG XL, and in the EXIF data of PNG and JPEG files.
///
/// - Note: *XMP Specification Part 3*, Adobe, 2016, on scanning files for packets. Photoshop's
///   documents hold those of placed files, too.
struct PacketScan {
    /// Each packet once; one more than are looked at where there are too many.
    private(set) var packets: [[UInt8]] = []
    /// Manifest stores.
    private(set) var stores: [ArraySlice<UInt8>] = []
    /// What is there and cannot be read, and why.
    private(set) var unreadable: [(place: TrainingMark.Place, reason: ManifestError)] = []

    private let file: ArraySlice<UInt8>

    init(of file: ArraySlice<UInt8>) {
        self.file = file
        var taken: [Range<Int>] = []
        for form in PacketForm.all { findPackets(form, &taken) }
        lookForMentions(outside: taken)
        findStores()
        if !places(of: Array("brobxml ".utf8), limit: 1).isEmpty {
            note(.xmp, .malformed("its XMP is compressed by Brotli, which is not read"))
        }
        if !places(of: Array("brobjumb".utf8), limit: 1).isEmpty {
            note(.manifest, .malformed("its manifest is compressed by Brotli, which is not read"))
        }
    }

    /// How a packet begins and ends.
    private struct PacketForm {
        let start: [UInt8]
        let end: [UInt8]
        /// Whether start and end enclose the packet instead of being its first and last bytes.
        let isEnclosing: Bool

        init(_ start: String, _ end: String, isEnclosing: Bool = false) {
            self.start = Array(start.utf8)
            self.end = Array(end.utf8)
            self.isEnclosing = isEnclosing
        }

        /// In the order in which they are looked for: the wrapper encloses any packet, and not
        /// every program writes it or `x:xmpmeta`.
        static let all = [
            PacketForm("<?xpacket begin", "<?xpacket end", isEnclosing: true),
            PacketForm("<x:xmpmeta", "</x:xmpmeta>"), PacketForm("<x:xapmeta", "</x:xapmeta>"),
            PacketForm("<rdf:RDF", "</rdf:RDF>"),
        ]
    }

    private mutating func findPackets(_ form: PacketForm, _ taken: inout [Range<Int>]) {
        var position = file.startIndex
        var cutOffs = 0
        while packets.count <= Limits.packets, cutOffs < Limits.packets,
            let start = place(of: form.start, from: position, to: file.endIndex)
        {
            if let within = taken.first(where: { $0.contains(start) }) {
                position = within.upperBound
                continue
            }
            let limit = min(file.endIndex, start + Limits.packetBytes)
            guard let end = place(of: form.end, from: start, to: limit) else {
                // Each costs a search of the limit's length, so that only a few are looked into.
                cutOffs += 1
                // What a wrapper without an end encloses is found by the other forms.
                if !form.isEnclosing { note(.xmp, .tooLarge(limit: Limits.packetBytes)) }
                position = start + form.start.count
                continue
            }
            let whole = start..<(end + form.end.count)
            taken.append(whole)
            position = whole.upperBound
            guard let packet = packet(form, whole, end: end), !packets.contains(packet) else {
                continue
            }
            packets.append(packet)
        }
    }

    private func packet(_ form: PacketForm, _ whole: Range<Int>, end: Int) -> [UInt8]? {
        guard form.isEnclosing else { return Array(file[whole]) }
        // The header is a processing instruction: the packet begins behind it.
        guard let header = place(of: Array("?>".utf8), from: whole.lowerBound, to: end) else {
            return nil
        }
        let content = file[(header + 2)..<end]
        return content.allSatisfy { $0 <= 0x20 } ? nil : Array(content)
    }

    /// A word about training that stands in no packet that is read may be a mark in a form that no
    /// program here knows: it counts as unreadable.
    private mutating func lookForMentions(outside taken: [Range<Int>]) {
        for spelling in ["DataMining", "ns.useplus.org"].flatMap(Self.spellings) {
            var position = file.startIndex
            while let found = place(of: spelling, from: position, to: file.endIndex) {
                guard let within = taken.first(where: { $0.contains(found) }) else {
                    return note(.xmp, .malformed("its XMP has a form that is not read"))
                }
                position = within.upperBound
            }
        }
    }

    /// An ASCII word in UTF-8 and in both orders of UTF-16.
    private static func spellings(_ word: String) -> [[UInt8]] {
        let bytes = Array(word.utf8)
        return [bytes, bytes.flatMap { [$0, 0] }, bytes.flatMap { [0, $0] }]
    }

    /// Stores by the type of their outermost box: a length, `jumb`, the length of its description,
    /// `jumd`, then the UUID of C2PA.
    private mutating func findStores() {
        let type = Array("jumdc2pa".utf8) + ManifestStore.typeSuffix
        for place in places(of: type, limit: Limits.packets) {
            let start = place - 12
            guard start >= file.startIndex else { continue }
            var cursor = ByteCursor(file[start...])
            guard let length = cursor.number(bytes: 4), let end = Int(exactly: length),
                (8...(file.endIndex - start)).contains(end),
                file[(start + 4)..<(start + 8)].elementsEqual("jumb".utf8)
            else {
                note(.manifest, .malformed("its manifest has a form that is not read"))
                continue
            }
            stores.append(file[start..<(start + end)])
        }
    }

    private mutating func note(_ place: TrainingMark.Place, _ reason: ManifestError) {
        guard unreadable.count < Limits.packets else { return }
        unreadable.append((place, reason))
    }

    /// Where a run of bytes stands, at most so many times.
    private func places(of run: [UInt8], limit: Int) -> [Int] {
        var places: [Int] = []
        var position = file.startIndex
        while places.count < limit,
            let found = place(of: run, from: position, to: file.endIndex)
        {
            places.append(found)
            position = found + run.count
        }
        return places
    }

    /// Where a run of bytes begins; nil without it.
    private func place(of run: [UInt8], from start: Int, to end: Int) -> Int? {
        file.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, let first = run.first else { return nil }
            var position = start - file.startIndex
            let last = end - file.startIndex
            while position + run.count <= last,
                let found = memchr(base + position, Int32(first), last - position - run.count + 1)
            {
                position = UnsafeRawPointer(found) - base
                if memcmp(base + position, run, run.count) == 0 {
                    return position + file.startIndex
                }
                position += 1
            }
            return nil
        }
    }
}
