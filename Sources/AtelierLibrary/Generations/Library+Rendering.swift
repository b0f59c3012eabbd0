import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit

extension Library {
    /// Renders a paid plan, keeps the watermarked file and writes the row.
    func finish(
        _ plan: GenerationPlan, spend: Digest, progress: @Sendable (Double) -> Void,
        isCancelled: @Sendable () -> Bool
    ) throws -> Generation {
        let rendering = try render(plan, progress: progress, isCancelled: isCancelled)
        try checkpoint(.rendered)
        let pixels = Hexadecimal.encode(rendering.picture.pixelHash)
        if let known = try pixelHash(ofBody: plan.body.digest), known != pixels {
            throw LibraryError.otherPixels
        }
        let file = try Watermark.stamp(rendering.picture).encodedPNG()
        let sha256 = Digest(of: file)
        try LibraryFile.write(file, to: folder.generation(sha256))
        try checkpoint(.fileWritten)
        let id = try write(
            plan, spend: spend, sha256: sha256, pixelHash: pixels, sources: rendering.shares)
        try checkpoint(.rowWritten)
        return try generation(id.description)
    }

    /// The picture of a plan without its watermark: the same pixels each time.
    func render(
        _ plan: GenerationPlan, progress: @Sendable (Double) -> Void,
        isCancelled: @Sendable () -> Bool
    ) throws -> Rendering {
        let style = try style(plan.modelDigest)
        let sketch = try plan.sketch.map { name in
            let bytes = try LibraryFile.read(folder.sketch(name), limit: Limits.pictureBytes)
            guard Digest(of: bytes) == name else {
                throw LibraryError.damaged(
                    path: folder.sketch(name).path, reason: "it is not the sketch that was given")
            }
            return try Picture.decode(bytes).0
        }
        let synthesis = Synthesis(
            model: style, settings: plan.settings, sketch: sketch, threads: environment.threads)
        do {
            return try synthesis.render(progress: progress, isCancelled: isCancelled)
        } catch StyleError.cancelled {
            throw LibraryError.stopped
        }
    }

    private func pixelHash(ofBody body: Digest) throws -> String? {
        try store.read { database in
            try String.fetchOne(
                database, sql: "SELECT pixel_hash FROM generations WHERE body = ?",
                arguments: [body.description])
        }
    }

    /// Writes the row, once a body; a row that is there only learns of its file.
    private func write(
        _ plan: GenerationPlan, spend: Digest, sha256: Digest, pixelHash: String,
        sources: [Rendering.WorkShare]
    ) throws -> RowID {
        let body = plan.body.digest.description
        let shares = Dictionary(
            sources.map { (Hexadecimal.encode($0.workID), $0.share) }, uniquingKeysWith: +)
        let sources = try CanonicalJSON.encoder.encode(shares)
        let now = try now()
        return try store.write { database in
            let known = try Data.fetchOne(
                database, sql: "SELECT id FROM generations WHERE body = ?", arguments: [body])
            if let id = known.flatMap({ RowID($0) }) {
                try database.execute(
                    sql: "UPDATE generations SET sha256 = ? WHERE id = ? AND sha256 <> ?",
                    arguments: [sha256.description, id.data, sha256.description])
                return id
            }
            try database.execute(
                sql: """
                    INSERT INTO generations(id, model_id, model_name, model_digest, works_digest,
                    engine, seed, width, height, sketch_sha256, settings_digest, body, sha256,
                    pixel_hash, sources, spend, device, device_name, created_at)
                    VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    plan.id.data, plan.modelId?.data, plan.modelName,
                    plan.modelDigest.description, plan.worksDigest.description, plan.engine,
                    Int64(clamping: plan.seed), plan.width, plan.height,
                    plan.sketch?.description ?? "", plan.settingsDigest.description, body,
                    sha256.description, pixelHash, String(decoding: sources, as: UTF8.self),
                    spend.description, device.description, deviceName, now.milliseconds,
                ])
            return plan.id
        }
    }
}
