import CreditLedger
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// The result of generating.
public struct GenerationResult: Codable, Sendable {
    /// The generation.
    public let generation: Generation
    /// Whether the same body was paid for before, so that no credit was spent.
    public let isRepeat: Bool
    /// The number of credits that are usable on this device now.
    public let creditsLeft: Int
    /// For a figure: the works of the model of which no part was taken, as it learned no landmarks
    /// of them.
    public var withoutLandmarks: [WorkID] = []
    /// For a composition: the works of the model that show characters with landmarks; they are left
    /// to figures.
    public var leftToFigures: [WorkID] = []
    /// For a composition: whether only one work could be used, so that it was painted anew.
    public var isOfOneWork = false
}

/// The result of resuming.
public struct ResumeResult: Codable, Sendable {
    /// A paid generation that could not be finished.
    public struct Unfinished: Codable, Sendable {
        /// The model's name when it was paid for.
        public let modelName: String
        /// Why.
        public let reason: String
    }

    /// The pictures that were finished now.
    public let finished: [GenerationResult]
    /// The pictures that cannot be finished now.
    public let unfinished: [Unfinished]
}

/// The generated pictures.
///
/// Owns the table `generations`, the files in `generations/`, and what is needed to finish a paid
/// picture after a crash. A generation is paid for in the spend journal before anything is drawn.
public struct GenerationService: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let styles: StyleCatalog
    let wallet: Wallet
    let trash: Trash

    /// Spends a credit and renders a picture or a sheet of drafts; offline. A crash or a stop at
    /// any point loses no credit.
    ///
    /// - Parameter watch: Sees the progress, and may stop it; ``resume(_:)`` then goes on.
    /// - Throws: ``GenerationError/refused(reason:)`` with the reason; ``LibraryError/busy`` where
    ///   another process generates or syncs; ``GenerationError/stopped``.
    public func generate(
        _ order: GenerationOrder, _ watch: DrawingWatch = DrawingWatch()
    ) throws -> GenerationResult {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        guard context.account != nil else { throw context.waiting }
        guard context.membership.server != nil else { throw AccountError.notJoined }
        let (plan, sketch) = try plan(for: order)
        if let done = try generation(body: plan.body.digest), !order.again, isIntact(done) {
            return try result(done, isRepeat: true, order)
        }
        if let sketch, let name = plan.sketch {
            try LibraryFile.write(sketch, to: context.folder.sketch(name))
        }
        try styles.prepareRegistration(of: try styles.model(order.model))
        let (spend, isRepeat) = try wallet.spend(
            plan.body, resume: Array(try CanonicalJSON.encoder.encode(plan)))
        try context.checkpoint(.spendJournaled)
        let generation = try finish(plan, spend: spend, watch)
        return try result(generation, isRepeat: isRepeat, order)
    }

    /// Draws drafts of a sheet in full; the sheet's credit has paid for them.
    ///
    /// - Parameters:
    ///   - numbers: The numbers on the sheet, from 1; at most four of one sheet in all.
    /// - Returns: A generation for each number, in that order.
    /// - Throws: ``GenerationError/notASheet(name:)``, ``GenerationError/tooManyPicks(limit:)``,
    ///   ``LibraryError/badNumber(field:lowest:highest:)``, ``GenerationError/stopped``.
    public func pick(
        _ numbers: [Int], of sheet: GenerationID, _ watch: DrawingWatch = DrawingWatch()
    ) throws -> [Generation] {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let sheet = try generation(sheet)
        guard sheet.drafts > 0, sheet.draft == 0 else {
            throw GenerationError.notASheet(name: sheet.id.short)
        }
        for number in numbers where !(1...sheet.drafts).contains(number) {
            throw LibraryError.badNumber(
                field: "pick", lowest: 1, highest: Int64(clamping: sheet.drafts))
        }
        let known = try picks(of: sheet)
        guard Set(numbers).union(known.map(\.draft)).count <= Limits.picksPerSheet else {
            throw GenerationError.tooManyPicks(limit: Limits.picksPerSheet)
        }
        let plan = try plan(of: sheet)
        var materials: DrawingMaterials?
        return try numbers.enumerated().map { index, number in
            if let done = known.first(where: { $0.draft == number }), isIntact(done) { return done }
            var part = watch
            part.progress = { watch.progress((Double(index) + $0) / Double(numbers.count)) }
            let read = try materials ?? self.materials(of: plan)
            materials = read
            return try finish(number, of: sheet, plan, read, part)
        }
    }

    /// The drafts of a sheet that were drawn in full.
    public func picks(of sheet: Generation) throws -> [Generation] {
        try context.store.read { database in
            try Row.fetchWhole(
                database, sql: "SELECT * FROM generations WHERE sheet = ? ORDER BY draft, id",
                arguments: [sheet.id.data])
        }.map { Generation(StoredRow($0), folder: context.folder) }
    }

    /// Finishes every generation that was paid for and interrupted; spends nothing.
    public func resume(_ watch: DrawingWatch = DrawingWatch()) throws -> ResumeResult {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        var finished: [GenerationResult] = []
        var unfinished: [ResumeResult.Unfinished] = []
        for (plan, spend) in try unfinishedPlans() {
            do {
                let generation = try finish(plan, spend: spend, watch)
                finished.append(try result(generation, isRepeat: true))
            } catch LibraryError.unreadable(let path, _)
                where isMissing(plan, path)
            {
                unfinished.append(
                    .init(modelName: plan.modelName, reason: "its model or sketch was removed"))
            }
        }
        return ResumeResult(finished: finished, unfinished: unfinished)
    }

    /// Whether the file that could not be read is the plan's model or sketch, and was removed.
    private func isMissing(_ plan: GenerationPlan, _ path: String) -> Bool {
        ([context.folder.model(plan.modelDigest)]
            + (plan.sketch.map { [context.folder.sketch($0)] } ?? []))
            .contains { $0.shownPath == path && !LibraryFile.exists($0) }
    }

    /// The generations, oldest first.
    public func all() throws -> [Generation] {
        try context.store.read { database in
            try Row.fetchWhole(database, sql: "SELECT * FROM generations ORDER BY created_at, id")
        }.map { Generation(StoredRow($0), folder: context.folder) }
    }

    /// The ids of all generations, ascending.
    public func ids() throws -> [GenerationID] {
        try context.store.read { database in
            try Data.fetchAll(database, sql: "SELECT id FROM generations ORDER BY id")
        }.compactMap { GenerationID($0) }
    }

    /// The generation of this id.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func generation(_ id: GenerationID) throws -> Generation {
        let row = try context.store.read { database in
            try Row.fetchWhole(
                database, sql: "SELECT * FROM generations WHERE id = ?", arguments: [id.data]
            ).first
        }
        guard let row else { throw LibraryError.unknown(.generation, name: id.short) }
        return Generation(StoredRow(row), folder: context.folder)
    }

    private func generation(body: Digest) throws -> Generation? {
        try context.store.read { database in
            try Row.fetchWhole(
                database,
                sql: "SELECT * FROM generations WHERE body = ? AND draft = 0 ORDER BY id LIMIT 1",
                arguments: [body.description]
            ).first
        }.map { Generation(StoredRow($0), folder: context.folder) }
    }

    /// How each work of the model is used: its marked areas, or left out.
    private func uses(of model: Model, leavingOut ids: [WorkID]) throws -> [WorkUse] {
        let leftOut = Set(ids)
        if let stranger = leftOut.first(where: { !model.works.contains($0) }) {
            throw LibraryError.unknown(.workOfModel, name: stranger.short)
        }
        return try works.all().filter { model.works.contains($0.id) }
            .sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) }
            .map { work in
                WorkUse(
                    workID: work.id.bytes, isLeftOut: leftOut.contains(work.id),
                    avoided: work.areas.avoided, keptWhole: work.areas.keptWhole)
            }
            .filter { $0.isLeftOut || !$0.avoided.isEmpty || !$0.keptWhole.isEmpty }
    }

    private func isIntact(_ generation: Generation) -> Bool {
        guard let file = generation.location(in: context.folder) else { return false }
        let bytes = try? LibraryFile.read(file, limit: Limits.pictureBytes)
        return bytes.map { Digest(of: $0).description } == generation.sha256
    }

    private func result(
        _ generation: Generation, isRepeat: Bool, _ order: GenerationOrder? = nil
    ) throws -> GenerationResult {
        var result = GenerationResult(
            generation: generation, isRepeat: isRepeat, creditsLeft: try wallet.credits().usable)
        if let order, case .figure = order.kind {
            result.withoutLandmarks = try styles.figures(of: styles.model(order.model)).without
        }
        if let order, order.kind == .free, order.sketch == nil {
            let model = try styles.model(order.model)
            let figures = try styles.figures(of: model)
            result.leftToFigures = figures.usable.filter { !order.leftOut.contains($0) }.sorted()
            let left = Set(order.leftOut + figures.usable)
            result.isOfOneWork = model.works.count { !left.contains($0) } == 1
        }
        return result
    }

    /// Checks everything that can be refused, before a credit is spent.
    private func plan(for order: GenerationOrder) throws -> (GenerationPlan, sketch: [UInt8]?) {
        let model = try styles.model(order.model)
        guard model.isHere, let digest = Digest(hex: model.digest) else {
            throw LibraryError.elsewhere(kind: "model", device: model.deviceName)
        }
        let style = try styles.style(digest)
        let sides = StyleKit.Limits.generatedSide
        for (field, side) in [("width", order.width), ("height", order.height)] {
            guard sides.contains(side) else {
                throw LibraryError.badNumber(
                    field: field, lowest: Int64(clamping: sides.lowerBound),
                    highest: Int64(clamping: sides.upperBound))
            }
        }
        let random = context.environment.random(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let seed = order.seed ?? random
        guard seed <= Limits.highestSeed else {
            throw LibraryError.badNumber(
                field: "seed", lowest: 0, highest: Int64(Limits.highestSeed))
        }
        for (field, number, range) in [
            ("originality", order.originality, StyleKit.Limits.originality),
            ("drafts", order.drafts ?? 1, 1...StyleKit.Limits.drafts),
        ] where !range.contains(number) {
            throw LibraryError.badNumber(
                field: field, lowest: Int64(clamping: range.lowerBound),
                highest: Int64(clamping: range.upperBound))
        }
        try checkFigure(order, model)
        guard let works = Digest(style.worksDigest) else { throw GenerationError.otherPixels }
        let (kind, file) = try pictureBeside(order, style: style)
        let settings = GenerationSettings(
            width: order.width, height: order.height, seed: seed, kind: kind,
            originality: order.originality,
            works: try uses(of: model, leavingOut: order.leftOut))
        var plan = GenerationPlan(
            id: try context.newID(GenerationID.self), modelId: model.id, modelName: model.name,
            modelDigest: digest,
            worksDigest: works, engine: StyleModel.engineVersion, settings: settings,
            drafts: order.drafts ?? 0)
        try check(plan, style, beside: file?.picture)
        guard let sketch = file else { return (plan, nil) }
        plan.sketch = Digest(of: sketch.bytes)
        plan.sketchPixels = Digest(sketch.picture.pixelHash)
        return (plan, sketch.bytes)
    }
}
