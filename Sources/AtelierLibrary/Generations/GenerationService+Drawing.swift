import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// The result of drawing: a picture, or a sheet of drafts.
struct Drawing {
    let picture: Picture
    /// The works in it; none for a sheet, where each draft has its own.
    var shares: [Rendering.WorkShare] = []
    /// The largest copied piece, as a part of the picture, 0 to 1.
    var largestPiece = 0.0
    /// Which work each region comes from; nil for a sheet.
    var sourceMap: SourceMap?
    /// Which works the parts of a figure come from.
    var figure: Generation.Figure?

    init(_ rendering: Rendering) {
        picture = rendering.picture
        shares = rendering.shares
        largestPiece = rendering.largestFragment
        sourceMap = rendering.sourceMap
        figure = rendering.figure.flatMap { Generation.Figure($0) }
    }

    init(sheet: Picture) {
        picture = sheet
    }
}

/// Callbacks while a picture is drawn.
public struct DrawingWatch: Sendable {
    /// Called with the progress, 0 to 1.
    public var progress: @Sendable (Double) -> Void
    /// Called with a watermarked PNG file of the unfinished picture, each larger and sharper.
    public var preview: (@Sendable ([UInt8]) -> Void)?
    /// Called with the number and a watermarked PNG file of each draft of a sheet, once drawn.
    public var draft: (@Sendable (Int, [UInt8]) -> Void)?
    /// Asked often; true stops the drawing.
    public var isCancelled: @Sendable () -> Bool

    /// Callbacks; those left out do nothing.
    public init(
        progress: @escaping @Sendable (Double) -> Void = { _ in },
        preview: (@Sendable ([UInt8]) -> Void)? = nil,
        draft: (@Sendable (Int, [UInt8]) -> Void)? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.progress = progress
        self.preview = preview
        self.draft = draft
        self.isCancelled = isCancelled
    }
}

/// The files of a plan, decoded.
struct DrawingMaterials {
    let style: StyleModel
    let sketch: Picture?
}

extension GenerationService {
    /// Renders a paid plan, stores the watermarked file and writes the row.
    func finish(
        _ plan: GenerationPlan, spend: Digest, _ watch: DrawingWatch
    ) throws -> Generation {
        let drawing = try draw(plan, try materials(of: plan), draft: 0, watch)
        try context.checkpoint(.rendered)
        do {
            return try keep(drawing, of: plan, spend: spend, sheet: nil, draft: 0)
        } catch LibraryError.unwritable(let path, let reason) {
            throw GenerationError.unfinished(reason: "\(path) cannot be written: \(reason).")
        } catch let error as DatabaseError where Failure(error).kind == .storage {
            throw GenerationError.unfinished(
                reason: "The library's database cannot be written: the disk is full or fails.")
        }
    }

    /// Renders a draft of a paid sheet in full, as ``finish(_:spend:_:)``.
    func finish(
        _ draft: Int, of sheet: Generation, _ plan: GenerationPlan, _ materials: DrawingMaterials,
        _ watch: DrawingWatch
    ) throws -> Generation {
        guard let spend = Digest(hex: sheet.spend) else {
            throw GenerationError.changedRow
        }
        let drawing = try draw(plan, materials, draft: draft, watch)
        return try keep(drawing, of: plan, spend: spend, sheet: sheet, draft: draft)
    }

    private func keep(
        _ drawing: Drawing, of plan: GenerationPlan, spend: Digest, sheet: Generation?, draft: Int
    ) throws -> Generation {
        let isSheet = plan.drafts > 0 && draft == 0
        let clean = GenerationMark.clean(
            drawing.picture, of: plan.body.digest, isSheet: isSheet)
        let pixels = Hexadecimal.encode(clean.pixelHash)
        if let known = try pixelHash(ofBody: plan.body.digest, draft: draft), known != pixels {
            throw GenerationError.otherPixels
        }
        let stamped = Watermark.stamp(drawing.picture)
        let marked = isSheet ? stamped : GenerationMark.embed(plan.body.digest, in: stamped)
        let file = try marked.encodedPNG()
        let sha256 = Digest(of: file)
        try LibraryFile.write(file, to: context.folder.generation(sha256))
        try context.checkpoint(.fileWritten)
        let entry = GenerationEntry(
            plan: plan, spend: spend, sheet: sheet, draft: draft, sha256: sha256,
            pixelHash: pixels, drawing: drawing)
        let id = try write(entry)
        try context.checkpoint(.rowWritten)
        return try generation(id)
    }

    /// Draws a plan without a watermark; the pixels are the same each time.
    ///
    /// - Parameter draft: The draft to draw in full, from 1; 0 draws the sheet, or the one picture.
    func draw(
        _ plan: GenerationPlan, _ materials: DrawingMaterials, draft: Int, _ watch: DrawingWatch
    ) throws -> Drawing {
        // Making the sheet draws nothing; it also gives the settings of its drafts.
        let sheet = DraftSheet(
            model: materials.style, settings: plan.settings, sketch: materials.sketch,
            threads: context.environment.threads)
        do {
            if plan.drafts > 0, draft == 0 { return try draw(sheet, of: plan, watch) }
            return try draw(
                Synthesis(
                    model: materials.style,
                    settings: draft == 0 ? plan.settings : sheet.settings(ofDraft: draft),
                    sketch: materials.sketch, threads: context.environment.threads), watch)
        } catch StyleError.cancelled {
            throw GenerationError.stopped
        }
    }

    /// Reads the model and the sketch of a plan, once for all drafts of a sheet.
    func materials(of plan: GenerationPlan) throws -> DrawingMaterials {
        DrawingMaterials(
            style: try styles.style(plan.modelDigest), sketch: try plan.sketch.map(sketch))
    }

    private func draw(
        _ sheet: DraftSheet, of plan: GenerationPlan, _ watch: DrawingWatch
    ) throws -> Drawing {
        let drafts = try sheet.draw(
            count: plan.drafts, progress: watch.progress, isCancelled: watch.isCancelled
        ) { draft in
            // A draft that cannot be shown alone is on the sheet all the same.
            guard let show = watch.draft,
                let png = try? Watermark.stamp(draft.rendering.picture).encodedPNG()
            else { return }
            show(draft.number, png)
        }
        return Drawing(sheet: DraftSheet.picture(of: drafts))
    }

    private func draw(_ synthesis: Synthesis, _ watch: DrawingWatch) throws -> Drawing {
        let preview = watch.preview.map { show in
            { @Sendable (picture: Picture) in
                // A preview that cannot be encoded does not stop the drawing.
                if let png = try? Watermark.stamp(picture).encodedPNG() { show(png) }
            }
        }
        return Drawing(
            try synthesis.render(
                progress: watch.progress, preview: preview, isCancelled: watch.isCancelled))
    }

    private func sketch(_ name: Digest) throws -> Picture {
        let bytes = try LibraryFile.read(context.folder.sketch(name), limit: Limits.pictureBytes)
        guard Digest(of: bytes) == name else {
            throw LibraryError.damaged(
                path: context.folder.sketch(name).shownPath,
                reason: "it is not the sketch that was given")
        }
        return try Picture.decode(bytes).0
    }

    private func pixelHash(ofBody body: Digest, draft: Int) throws -> String? {
        try context.store.read { database in
            try String.fetchOne(
                database, sql: "SELECT pixel_hash FROM generations WHERE body = ? AND draft = ?",
                arguments: [body.description, draft])
        }
    }

    /// Writes the row of a body and draft; an existing row only gets the new file's digest.
    private func write(_ entry: GenerationEntry) throws -> GenerationID {
        let plan = entry.plan
        let body = plan.body.digest.description
        let sources = try CanonicalJSON.encoder.encode(entry.shares)
        let settings = try CanonicalJSON.encoder.encode(plan.settings)
        let figure = try entry.drawing.figure?.text ?? ""
        let now = try context.now()
        let id = entry.sheet == nil ? plan.id : try context.newID(GenerationID.self)
        return try context.store.write { database in
            let known = try Data.fetchOne(
                database, sql: "SELECT id FROM generations WHERE body = ? AND draft = ?",
                arguments: [body, entry.draft])
            if let id = known.flatMap({ GenerationID($0) }) {
                try database.execute(
                    sql: "UPDATE generations SET sha256 = ? WHERE id = ? AND sha256 <> ?",
                    arguments: [entry.sha256.description, id.data, entry.sha256.description])
                return id
            }
            try database.execute(
                sql: """
                    INSERT INTO generations(id, model_id, model_name, model_digest, works_digest,
                    engine, seed, width, height, sketch_sha256, settings_digest, body, sha256,
                    pixel_hash, sources, spend, receipt, device, device_name, created_at, settings,
                    drafts, draft, sheet, largest_piece, figure, preview)
                    VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    ?, ?, ?)
                    """,
                arguments: [
                    id.data, plan.modelId?.data, plan.modelName,
                    plan.modelDigest.description, plan.worksDigest.description, plan.engine,
                    Int64(clamping: plan.settings.seed), plan.settings.width,
                    plan.settings.height, plan.sketch?.description ?? "",
                    plan.settingsDigest.description, body, entry.sha256.description,
                    entry.pixelHash, String(decoding: sources, as: UTF8.self),
                    entry.spend.description, entry.sheet?.receipt ?? "", context.device.description,
                    context.deviceName, now.milliseconds, String(decoding: settings, as: UTF8.self),
                    plan.drafts, entry.draft, entry.sheet?.id.data, entry.drawing.largestPiece,
                    figure, Data(PicturePreview(of: entry.drawing.picture).bytes),
                ])
            return id
        }
    }
}

/// The values of a row.
private struct GenerationEntry {
    let plan: GenerationPlan
    let spend: Digest
    /// The sheet that the picture was picked from.
    let sheet: Generation?
    /// Its number there, or 0.
    let draft: Int
    let sha256: Digest
    let pixelHash: String
    let drawing: Drawing

    /// The works' shares by their ids.
    var shares: [String: Double] {
        Dictionary(
            drawing.shares.map { (Hexadecimal.encode($0.workID), $0.share) },
            uniquingKeysWith: +)
    }
}
