import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// Which works a model learns from.
public enum WorkChoice: Equatable, Sendable {
    /// All works whose files are on this device.
    case all
    /// The works with this tag whose files are on this device.
    case tagged(String)
    /// These works; all of their files must be on this device.
    case chosen([WorkID])
}

/// The result of training.
public struct TrainedModel: Codable, Equatable, Sendable {
    /// The model.
    public let model: Model
    /// The number of chosen works that were left out because their files are on other devices.
    public let leftOut: Int
    /// The chosen works that are too small to learn from, and were left out.
    public let tooSmall: [Work]
}

/// The style models.
///
/// Owns the tables `models` and `model_works` and the files in `models/`.
public struct StyleCatalog: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let trash: Trash
    let registrar: Registrar

    /// Trains a style model from works whose files are on this device.
    ///
    /// - Parameters:
    ///   - name: The model's name; no other model may have it.
    ///   - leftOut: Works of the choice that it does not learn from.
    ///   - progress: Called with 0 to 1; what it throws ends the training, and nothing is kept.
    /// - Throws: ``LibraryError``; ``RightsError/reserved(name:number:differingBits:isTraining:)``
    ///   where somebody else reserved a work since it was added; `StyleError` where a work cannot
    ///   be learned from.
    public func train(
        _ name: String, from choice: WorkChoice, without leftOut: Set<WorkID> = [],
        progress: @Sendable (Double) throws -> Void = { _ in }
    ) throws -> TrainedModel {
        let name = try CheckedText.line(
            name, field: "model name", limit: Limits.modelNameBytes)
        guard try !all().contains(where: { $0.name == name }) else {
            throw ModelError.nameTaken(name)
        }
        let chosen = try chosenWorks(choice, without: leftOut)
        try works.checkReservations(of: chosen.works)
        let style = try learn(from: chosen.works, progress: progress)
        return TrainedModel(
            model: try keep(style, name: name, works: chosen.works), leftOut: chosen.leftOut,
            tooSmall: chosen.tooSmall)
    }

    /// The models, oldest first.
    public func all() throws -> [Model] {
        try context.store.read { database in
            let links = try Row.fetchAll(
                database, sql: "SELECT DISTINCT model_id, work_id FROM model_works ORDER BY work_id"
            )
            var worksByModel: [ModelID: [WorkID]] = [:]
            for link in links.map(StoredRow.init) {
                guard let model = link.id("model_id", as: ModelID.self),
                    let work = link.id("work_id", as: WorkID.self)
                else {
                    continue
                }
                worksByModel[model, default: []].append(work)
            }
            let rows = try Row.fetchWhole(
                database, sql: "SELECT * FROM models ORDER BY created_at, id")
            return rows.map { row in
                var model = Model(StoredRow(row), folder: context.folder)
                model.works = worksByModel[model.id] ?? []
                return model
            }
        }
    }

    /// The model of this id.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func model(_ id: ModelID) throws -> Model {
        guard let model = try all().first(where: { $0.id == id }) else {
            throw LibraryError.unknown(.model, name: id.short)
        }
        return model
    }

    /// Removes a model on all devices; its file stays in the trash for 30 days. Its generations
    /// stay.
    ///
    /// - Parameter forGood: Whether the file is deleted at once.
    public func remove(_ id: ModelID, forGood: Bool = false) throws -> Model {
        let model = try model(id)
        try context.freeingRoom {
            try context.store.write { try trash.remove(.model, model.id, forGood: forGood, $0) }
        }
        try context.freeingRoom(trash.sweepFiles)
        return model
    }

    /// Reads a model's file and checks its digest.
    func style(_ digest: Digest) throws -> StyleModel {
        let file = context.folder.model(digest)
        let bytes = try LibraryFile.read(file, limit: Limits.modelBytes)
        guard Digest(of: bytes) == digest else {
            throw LibraryError.damaged(
                path: file.shownPath, reason: "its bytes are not the learned ones; train it again")
        }
        return try StyleModel(bytes: bytes)
    }

    private struct ChosenWorks {
        let works: [Work]
        let leftOut: Int
        let tooSmall: [Work]
    }

    private func chosenWorks(
        _ choice: WorkChoice, without leftOut: Set<WorkID>
    ) throws -> ChosenWorks {
        let choosable =
            switch choice {
            case .all: try works.all()
            case .tagged(let tag): try works.all(tag: tag)
            case .chosen(let ids): try ids.map { try works.work($0) }
            }
        let chosen = choosable.filter { !leftOut.contains($0.id) }
        let tooSmall = chosen.filter { min($0.width, $0.height) < StyleKit.Limits.workSide }
        if case .chosen = choice {
            if let away = chosen.first(where: { !$0.isHere }) {
                throw LibraryError.elsewhere(kind: "work", device: away.deviceName)
            }
            if let small = tooSmall.first { throw WorkError(tooSmall: small) }
        }
        // Two devices may have added one picture: it is learned once.
        var seen: Set<String> = []
        let small = Set(tooSmall.map(\.id))
        let distinct = chosen.filter {
            $0.isHere && !small.contains($0.id) && seen.insert($0.pixelHash).inserted
        }
        guard !distinct.isEmpty else {
            if let small = tooSmall.first { throw WorkError(tooSmall: small) }
            throw ModelError.noWorks
        }
        guard distinct.count <= Limits.worksPerModel else {
            throw LibraryError.badNumber(
                field: "number of works", lowest: 1, highest: Int64(Limits.worksPerModel))
        }
        return ChosenWorks(
            works: distinct, leftOut: chosen.count { !$0.isHere && !small.contains($0.id) },
            tooSmall: tooSmall)
    }

    private func keep(_ style: StyleModel, name: String, works: [Work]) throws -> Model {
        let lock = try context.filesLock()
        defer { withExtendedLifetime(lock) {} }
        guard let digest = Digest(style.digest) else { throw GenerationError.otherPixels }
        try LibraryFile.write(style.bytes, to: context.folder.model(digest))
        let id = try context.newID(ModelID.self)
        let now = try context.now()
        let analysis = try CanonicalJSON.encoder.encode(style.analysis)
        let landmarks = try CanonicalJSON.encoder.encode(LearnedLandmarks(style))
        let readings = try self.works.readings(of: works)
        let preview = PicturePreview(mosaicOf: works.compactMap(\.preview))
        try context.store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO models(id, name, digest, works_digest, engine, bytes, analysis,
                    device, device_name, created_at, landmarks, preview)
                    VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.data, name, digest.description, Hexadecimal.encode(style.worksDigest),
                    StyleModel.engineVersion, style.bytes.count,
                    String(decoding: analysis, as: UTF8.self), context.device.description,
                    context.deviceName,
                    now.milliseconds, String(decoding: landmarks, as: UTF8.self),
                    preview.map { Data($0.bytes) },
                ])
            for work in works {
                let link = RowID(time: now, random: context.environment.random(10))
                try database.execute(
                    sql: "INSERT INTO model_works(id, model_id, work_id) VALUES(?, ?, ?)",
                    arguments: [link.data, id.data, work.id.data])
            }
            try registrar.prepare(
                model: digest, engine: StyleModel.engineVersion, works: works, readings, database)
        }
        return try model(id)
    }

    /// Signs what the server has to know of a model on this device, where that was not done when
    /// it was trained: the device belonged to no account then.
    func prepareRegistration(of model: Model) throws {
        guard let digest = Digest(hex: model.digest), model.isHere,
            try !registrar.hasPrepared(model: digest)
        else { return }
        let learned = try works.all().filter { model.works.contains($0.id) }
        guard learned.count == model.works.count else { return }
        let readings = try works.readings(of: learned)
        try context.store.write { database in
            try registrar.prepare(
                model: digest, engine: model.engine, works: learned, readings, database)
        }
    }
}

extension StyleCatalog {
    /// Trains from works; what a model on this device learned from the same pictures is reused, and
    /// takes the landmarks that the works have now.
    ///
    /// The model's bytes are the same as without the reuse.
    func learn(
        from works: [Work], progress: @Sendable (Double) throws -> Void
    ) throws -> StyleModel {
        let base = try closestModel(to: works)
        let pixelsByWork = Dictionary(
            works.map { ($0.id.bytes, $0.pixelHash) }, uniquingKeysWith: { first, _ in first })
        let known = (base?.works ?? []).filter {
            pixelsByWork[$0.id] == Hexadecimal.encode($0.pixelHash)
        }.map(\.id)
        let new = works.filter { !known.contains($0.id.bytes) }
        var lessons: [LearnedWork] = []
        for (index, work) in new.enumerated() {
            try progress(Double(index) / Double(new.count))
            lessons.append(try lesson(from: work))
        }
        let others = Set((base?.works ?? []).map(\.id)).subtracting(known)
        let figures = works.compactMap { work in work.landmarks.map { (work.id.bytes, $0) } }
        let style = try StyleModel(
            combining: lessons, and: base, without: others,
            figures: Dictionary(figures, uniquingKeysWith: { first, _ in first }))
        try progress(1)
        return style
    }

    /// The readable model with the most of these works; nil if none has any.
    private func closestModel(to works: [Work]) throws -> StyleModel? {
        let wanted = Set(works.map(\.id))
        let candidates = try all().map { model in
            (model: model, shared: wanted.intersection(model.works).count)
        }.filter { $0.model.isHere && $0.shared > 0 }
        for candidate in candidates.sorted(by: { $0.shared > $1.shared }) {
            // A damaged model, or one of another engine, is not reused: its works are read again.
            guard let digest = Digest(hex: candidate.model.digest),
                let style = try? style(digest)
            else { continue }
            return style
        }
        return nil
    }

    /// Reads one work. The picture is decoded row by row; what is kept of it takes some megabytes.
    private func lesson(from work: Work) throws -> LearnedWork {
        guard let file = work.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        let bytes = try LibraryFile.read(
            file, unchangedFrom: work.sha256,
            otherwise: "it is not the file that was added; add the original again")
        do {
            return try LearnedWork(id: work.id.bytes, file: bytes)
        } catch let StyleError.workTooSmall(width, height, _) {
            throw WorkError.tooSmall(title: work.title, width: width, height: height)
        }
    }
}
