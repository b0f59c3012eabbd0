import CreditLedger
public import Foundation
import GRDB
import Provenance
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// How a generation is exported.
public struct ExportOptions: Sendable {
    /// A file's format. The raw value is its name.
    public enum Format: String, Sendable, CaseIterable {
        /// Portable Network Graphics.
        case png
        /// JPEG, baseline.
        case jpeg
        /// WebP, lossy; it carries no manifest.
        case webp
    }

    /// Whether the watermark is left out.
    public var isClean = false
    /// The file's format; nil for that of its name's ending.
    public var format: Format?
    /// What is written into it.
    public var statement = PictureStatement()
    /// Whether an existing file is replaced.
    public var isReplacing = false

    /// With the watermark, in the format of the name, over nothing.
    public init() {}
}

/// A generation that was written to a file.
public struct ExportedPicture: Sendable {
    /// The generation.
    public let generation: Generation
    /// Whether the file carries a signed manifest: no server has certified this device otherwise,
    /// or the format has no place for one.
    public let isSigned: Bool
}

/// A work's colour on a source map.
public struct SourceColor: Codable, Equatable, Sendable {
    /// The work.
    public let work: WorkID
    /// Its colour, `#rrggbb`.
    public let color: String
    /// The part of the picture that comes from it, 0 to 1.
    public let share: Double
}

/// From which work each part of a generation comes, as outlines.
public struct SourceOutlines: Codable, Equatable, Sendable {
    /// What comes from one work.
    public struct Region: Codable, Equatable, Sendable {
        /// The work.
        public let work: WorkID
        /// Its colour on the map, `#rrggbb`.
        public let color: String
        /// The part of the picture that comes from it, 0 to 1.
        public let share: Double
        /// The data of an SVG path in units of the grid.
        public let path: String
    }

    /// The width of the grid; it has the shape of the picture.
    public let across: Int
    /// The height of the grid.
    public let down: Int
    /// The works, the largest share first.
    public let regions: [Region]
}

extension GenerationService {
    /// Writes a generation to a file of the artist's choice.
    ///
    /// Without its watermark the picture is rendered again, and its pixels are compared with those
    /// of the first time: the library stores no copy without the watermark.
    ///
    /// PNG and JPEG files get metadata and a signed manifest that say what the picture is and from
    /// whose works; with the receipt, where there is one by then.
    ///
    /// - Throws: ``GenerationError/noReceipt(reason:nextStep:)`` where the watermark must stay;
    ///   ``LibraryError/elsewhere(kind:device:)`` where the file or model is on another device.
    public func export(
        _ id: GenerationID, to file: URL, _ options: ExportOptions,
        _ watch: DrawingWatch = DrawingWatch()
    ) throws -> ExportedPicture {
        let output = try OutputFile(
            file, .picture, as: options.format, replacing: options.isReplacing,
            of: context.folder)
        let generation = try generation(id)
        let picture =
            options.isClean
            ? try cleanFile(of: generation, watch) : try markedFile(of: generation)
        let encoded = try output.encoded(png: picture)
        guard output.format != .webp else {
            try output.write(bytes: encoded)
            return ExportedPicture(generation: generation, isSigned: false)
        }
        let (bytes, isSigned) = try signed(encoded, generation, options.statement)
        try output.write(bytes: bytes)
        return ExportedPicture(generation: generation, isSigned: isSigned)
    }

    /// Exports with what is written into a picture where nothing else is asked for.
    ///
    /// - Throws: As ``export(_:to:_:_:)``.
    @discardableResult
    public func export(
        _ id: GenerationID, to file: URL, withoutWatermark: Bool = false, replacing: Bool = false,
        _ watch: DrawingWatch = DrawingWatch()
    ) throws -> Generation {
        var options = ExportOptions()
        options.isClean = withoutWatermark
        options.isReplacing = replacing
        return try export(id, to: file, options, watch).generation
    }

    private func signed(
        _ file: [UInt8], _ generation: Generation, _ statement: PictureStatement
    ) throws -> (bytes: [UInt8], isSigned: Bool) {
        let found = generation.sources.prefix(Provenance.Limits.sources).compactMap {
            // A work that was removed since is in the digest over all works.
            try? works.work($0.work)
        }
        let model = generation.modelId.flatMap { try? styles.model($0) }
        let spend = try? wallet.open().journal.spends.first {
            $0.digest.description == generation.spend
        }
        return try PictureSigning(context: context).signed(
            file, generation, from: found, count: model?.works.count, spend: spend?.compact,
            saying: statement)
    }

    private func markedFile(of generation: Generation) throws -> [UInt8] {
        guard let file = generation.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "generation", device: generation.deviceName)
        }
        return try LibraryFile.read(
            file, unchangedFrom: generation.sha256,
            otherwise: "its bytes were changed. Generate the same again; it costs nothing")
    }

    private func cleanFile(
        of generation: Generation, _ watch: DrawingWatch
    ) throws -> [UInt8] {
        let plan = try plan(of: generation)
        try requireReceipt(of: generation, body: plan.body.digest)
        return try clean(try drawAgain(generation, plan, watch), generation, plan).encodedPNG()
    }

    /// Draws the map that shows from which work each region of a generation comes, and writes it.
    ///
    /// The map shows the picture in grey only, so it needs no receipt.
    ///
    /// - Returns: The works on the map by their colours, the largest share first.
    /// - Throws: ``GenerationError/isASheet(name:)``, otherwise as
    ///   ``export(_:to:withoutWatermark:replacing:_:)``.
    public func writeSourceMap(
        of id: GenerationID, to file: URL, replacing: Bool = false,
        _ watch: DrawingWatch = DrawingWatch()
    ) throws -> [SourceColor] {
        let output = try OutputFile(file, .picture, replacing: replacing, of: context.folder)
        let map = try sourceMap(of: id, watch)
        try output.write(png: try map.picture.encodedPNG())
        return map.legend.compactMap { entry in
            WorkID(entry.workID).map {
                SourceColor(work: $0, color: entry.hex, share: entry.share)
            }
        }
    }

    /// Draws a generation again to tell from which work each part of it comes.
    ///
    /// - Parameter side: The longer side of the grid of the outlines, in places.
    /// - Throws: As ``writeSourceMap(of:to:replacing:_:)``.
    public func sourceOutlines(
        of id: GenerationID, side: Int = 512, _ watch: DrawingWatch = DrawingWatch()
    ) throws -> SourceOutlines {
        let map = try sourceMap(of: id, watch)
        let grid = map.regions.reduced(to: side)
        let regions = map.legend.enumerated().compactMap { rank, entry in
            WorkID(entry.workID).map {
                SourceOutlines.Region(
                    work: $0, color: entry.hex, share: entry.share,
                    path: grid.outline(ofRank: rank))
            }
        }
        return SourceOutlines(across: grid.across, down: grid.down, regions: regions)
    }

    private func sourceMap(of id: GenerationID, _ watch: DrawingWatch) throws -> SourceMap {
        let generation = try generation(id)
        let drawing = try drawAgain(generation, try plan(of: generation), watch)
        guard let map = drawing.sourceMap else {
            throw GenerationError.isASheet(name: generation.id.short)
        }
        return map
    }

    private func drawAgain(
        _ generation: Generation, _ plan: GenerationPlan, _ watch: DrawingWatch
    ) throws -> Drawing {
        guard LibraryFile.exists(context.folder.model(plan.modelDigest)) else {
            throw LibraryError.elsewhere(kind: "generation's model", device: generation.deviceName)
        }
        let drawing = try draw(
            plan, try materials(of: plan), draft: generation.draft, watch)
        let pixels = clean(drawing, generation, plan).pixelHash
        guard Hexadecimal.encode(pixels) == generation.pixelHash else {
            throw GenerationError.otherPixels
        }
        return drawing
    }

    private func clean(
        _ drawing: Drawing, _ generation: Generation, _ plan: GenerationPlan
    ) -> Picture {
        GenerationMark.clean(
            drawing.picture, of: plan.body.digest,
            isSheet: generation.drafts > 0 && generation.draft == 0)
    }

    /// Verifies the receipt's signature: any program may write a row.
    private func requireReceipt(of generation: Generation, body: Digest) throws {
        guard let server = context.membership.server else { throw AccountError.notJoined }
        switch generation.standing {
        case .countersigned: break
        case .waiting:
            let withheld = try WithheldReceipts(wallet, styles.registrar)
            if let cases = withheld.marking([generation]).first?.withheldIn {
                throw GenerationError.withheld(
                    cases: cases, canAppeal: cases.contains(where: withheld.appealable.contains))
            }
            let reason = try wallet.refusal().flatMap { reason -> String? in
                if case .suspended = reason { reason.description } else { nil }
            }
            throw GenerationError.noReceipt(
                reason: reason ?? "the server has not countersigned it.",
                nextStep: reason == nil ? .sync : nil)
        case .refused:
            throw GenerationError.noReceipt(
                reason: "the server refused it (\(generation.refusal)).", nextStep: nil)
        }
        guard
            let receipt = try? JWS<Receipt>(verifying: generation.receipt, with: server.key),
            receipt.payload.account == context.account, receipt.payload.body == body
        else { throw GenerationError.noReceipt(reason: "its receipt is not valid.", nextStep: nil) }
    }

    private func settings(of id: GenerationID) throws -> GenerationSettings? {
        try context.store.read { database in
            try String.fetchOne(
                database, sql: "SELECT settings FROM generations WHERE id = ?",
                arguments: [id.data])
        }.flatMap { GenerationSettings(stored: $0) }
    }

    func plan(of generation: Generation) throws -> GenerationPlan {
        let sketch = Digest(hex: generation.sketchSha256)
        guard
            let model = Digest(hex: generation.modelDigest),
            let works = Digest(hex: generation.worksDigest),
            let settings = try settings(of: generation.id),
            generation.sketchSha256.isEmpty || sketch != nil
        else { throw GenerationError.changedRow }
        let sketchPixels = try sketch.map { name in
            let file = context.folder.sketch(name)
            guard LibraryFile.exists(file) else {
                throw LibraryError.elsewhere(kind: "sketch", device: generation.deviceName)
            }
            let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
            return Digest(checked: try Picture.decode(bytes).0.pixelHash)
        }
        return GenerationPlan(
            id: generation.id, modelId: generation.modelId, modelName: generation.modelName,
            modelDigest: model, worksDigest: works, engine: generation.engine,
            settings: settings, drafts: generation.drafts, sketch: sketch,
            sketchPixels: sketchPixels)
    }
}
