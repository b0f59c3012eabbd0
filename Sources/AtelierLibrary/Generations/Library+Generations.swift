import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit

extension Library {
    /// Spends a credit, offline, and renders; a crash or a stop anywhere costs nothing.
    ///
    /// - Parameters:
    ///   - progress: Called with 0 to 1.
    ///   - isCancelled: Asked often; true stops, and ``resume(progress:isCancelled:)`` goes on.
    /// - Throws: ``LibraryError/refused(reason:)`` with the reason; ``LibraryError/busy`` where
    ///   another process generates or syncs; ``LibraryError/stopped``.
    public func generate(
        _ order: GenerationOrder, progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws -> GenerationResult {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        guard account != nil else { throw waiting }
        guard membership.server != nil else { throw LibraryError.notJoined }
        let (plan, sketch) = try plan(for: order)
        if let done = try generation(body: plan.body.digest), !order.again, isIntact(done) {
            return try result(done, isRepeat: true)
        }
        if let sketch, let name = plan.sketch {
            try LibraryFile.write(sketch, to: folder.sketch(name))
        }
        let (spend, isRepeat) = try spend(for: plan)
        try checkpoint(.spendJournaled)
        let generation = try finish(
            plan, spend: spend, progress: progress, isCancelled: isCancelled)
        return try result(generation, isRepeat: isRepeat)
    }

    /// Finishes every generation that was paid for and interrupted; costs nothing.
    public func resume(
        progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws -> ResumeResult {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        var finished: [GenerationResult] = []
        var unfinished: [ResumeResult.Unfinished] = []
        for (plan, spend) in try unfinishedPlans() {
            do {
                let generation = try finish(
                    plan, spend: spend, progress: progress, isCancelled: isCancelled)
                finished.append(try result(generation, isRepeat: true))
            } catch LibraryError.unreadable(let path, _)
                where !LibraryFile.exists(URL(filePath: path))
            {
                unfinished.append(
                    .init(modelName: plan.modelName, reason: "its model or sketch was removed"))
            }
        }
        return ResumeResult(finished: finished, unfinished: unfinished)
    }

    /// The generations, oldest first.
    public func generations() throws -> [Generation] {
        try store.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM generations ORDER BY created_at, id")
        }.map { Generation(Fields($0), folder: folder) }
    }

    /// The generation with this id, or the only one whose id starts or ends so.
    ///
    /// - Throws: ``LibraryError/unknown(kind:name:)`` or
    ///   ``LibraryError/ambiguous(kind:name:count:)``.
    public func generation(_ name: String) throws -> Generation {
        let row = try store.read { database in
            let id = try Lookup(table: "generations", kind: "generation").id(name, in: database)
            return try Row.fetchOne(
                database, sql: "SELECT * FROM generations WHERE id = ?", arguments: [id.data])
        }
        guard let row else { throw LibraryError.unknown(kind: "generation", name: name) }
        return Generation(Fields(row), folder: folder)
    }

    private func generation(body: Digest) throws -> Generation? {
        try store.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM generations WHERE body = ? ORDER BY id LIMIT 1",
                arguments: [body.description])
        }.map { Generation(Fields($0), folder: folder) }
    }

    private func isIntact(_ generation: Generation) -> Bool {
        guard let path = generation.file else { return false }
        let bytes = try? LibraryFile.read(URL(filePath: path), limit: Limits.pictureBytes)
        return bytes.map { Digest(of: $0).description } == generation.sha256
    }

    private func result(_ generation: Generation, isRepeat: Bool) throws -> GenerationResult {
        GenerationResult(
            generation: generation, isRepeat: isRepeat, creditsLeft: try credits().usable)
    }

    /// Everything that can be refused is refused here, before a credit is touched.
    private func plan(for order: GenerationOrder) throws -> (GenerationPlan, sketch: [UInt8]?) {
        let model = try model(order.model)
        guard model.isHere, let digest = Digest(hex: model.digest) else {
            throw LibraryError.elsewhere(kind: "model", device: model.deviceName)
        }
        let style = try style(digest)
        let sides = StyleKit.Limits.generatedSide
        for (field, side) in [("width", order.width), ("height", order.height)] {
            guard sides.contains(side) else {
                throw LibraryError.badNumber(
                    field: field, lowest: Int64(sides.lowerBound),
                    highest: Int64(sides.upperBound))
            }
        }
        let random = environment.random(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let seed = order.seed ?? random
        guard seed <= Limits.highestSeed else {
            throw LibraryError.badNumber(
                field: "seed", lowest: 0, highest: Int64(Limits.highestSeed))
        }
        guard let works = Digest(style.worksDigest) else { throw LibraryError.otherPixels }
        var plan = GenerationPlan(
            id: try newID(), modelId: model.id, modelName: model.name, modelDigest: digest,
            worksDigest: works, engine: StyleModel.engineVersion, seed: seed, width: order.width,
            height: order.height)
        guard let file = order.sketch else { return (plan, nil) }
        let sketch = try LibraryFile.read(file, limit: Limits.pictureBytes)
        plan.sketch = Digest(of: sketch)
        plan.sketchPixels = Digest(try decode(sketch, from: file).0.pixelHash)
        return (plan, sketch)
    }
}
