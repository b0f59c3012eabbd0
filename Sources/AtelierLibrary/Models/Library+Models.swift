import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit

extension Library {
    /// Learns a style from works whose files are on this device.
    ///
    /// - Parameters:
    ///   - name: What the artist calls it; no other model's name.
    ///   - progress: Called with 0 to 1.
    /// - Throws: ``LibraryError``; `StyleError` where a work cannot be learned from.
    public func train(
        _ name: String, from choice: WorkChoice,
        progress: @Sendable (Double) -> Void = { _ in }
    ) throws -> TrainedModel {
        let name = try CheckedText.line(
            name, field: "model name", limit: Limits.modelNameBytes)
        guard try !models().contains(where: { $0.name == name }) else {
            throw LibraryError.nameTaken(name)
        }
        let chosen = try chosenWorks(choice)
        let style = try learn(from: chosen.works, progress: progress)
        return TrainedModel(
            model: try keep(style, name: name, works: chosen.works), leftOut: chosen.leftOut,
            tooSmall: chosen.tooSmall)
    }

    /// The models, oldest first.
    public func models() throws -> [Model] {
        try store.read { database in
            let links = try Row.fetchAll(
                database, sql: "SELECT DISTINCT model_id, work_id FROM model_works ORDER BY work_id"
            )
            var worksByModel: [RowID: [RowID]] = [:]
            for link in links.map(Fields.init) {
                guard let model = link.id("model_id"), let work = link.id("work_id") else {
                    continue
                }
                worksByModel[model, default: []].append(work)
            }
            let rows = try Row.fetchWhole(
                database, sql: "SELECT * FROM models ORDER BY created_at, id")
            return rows.map { row in
                var model = Model(Fields(row), folder: folder)
                model.works = worksByModel[model.id] ?? []
                return model
            }
        }
    }

    /// The model with this name or id, or the only one whose id starts or ends so.
    ///
    /// - Throws: ``LibraryError/unknown(kind:name:)`` or
    ///   ``LibraryError/ambiguous(kind:name:count:)``.
    public func model(_ name: String) throws -> Model {
        let lookup = Lookup(table: "models", kind: "model", nameColumn: "name")
        let id = try store.read { try lookup.id(name, in: $0) }
        guard let model = try models().first(where: { $0.id == id }) else {
            throw LibraryError.unknown(kind: "model", name: name)
        }
        return model
    }

    /// Removes a model; its file stays in the trash for 30 days, its generations stay as they are.
    ///
    /// - Parameter forGood: The file goes at once.
    public func removeModel(_ name: String, forGood: Bool = false) throws -> Model {
        let model = try model(name)
        try store.write { try remove(.model, model.id, forGood: forGood, $0) }
        try sweepFiles()
        return model
    }

    /// Reads a model's file and checks that it is the one that the row names.
    func style(_ digest: Digest) throws -> StyleModel {
        let file = folder.model(digest)
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

    private func chosenWorks(_ choice: WorkChoice) throws -> ChosenWorks {
        let chosen =
            switch choice {
            case .all: try works()
            case .tagged(let tag): try works(tag: tag)
            case .named(let names): try names.map { try work($0) }
            }
        let tooSmall = chosen.filter { min($0.width, $0.height) < StyleKit.Limits.workSide }
        if case .named = choice {
            if let away = chosen.first(where: { !$0.isHere }) {
                throw LibraryError.elsewhere(kind: "work", device: away.deviceName)
            }
            if let small = tooSmall.first { throw LibraryError(tooSmall: small) }
        }
        // Two devices may have added one picture: it is learned once.
        var seen: Set<String> = []
        let small = Set(tooSmall.map(\.id))
        let distinct = chosen.filter {
            $0.isHere && !small.contains($0.id) && seen.insert($0.pixelHash).inserted
        }
        guard !distinct.isEmpty else {
            throw tooSmall.first.map(LibraryError.init(tooSmall:)) ?? LibraryError.noWorks
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
        let lock = try LibraryLock(folder.filesLock, waits: true)
        defer { withExtendedLifetime(lock) {} }
        guard let digest = Digest(style.digest) else { throw LibraryError.otherPixels }
        try LibraryFile.write(style.bytes, to: folder.model(digest))
        let id = try newID()
        let now = try now()
        let analysis = try CanonicalJSON.encoder.encode(style.analysis)
        try store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO models(id, name, digest, works_digest, engine, bytes, analysis,
                    device, device_name, created_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.data, name, digest.description, Hexadecimal.encode(style.worksDigest),
                    StyleModel.engineVersion, style.bytes.count,
                    String(decoding: analysis, as: UTF8.self), device.description, deviceName,
                    now.milliseconds,
                ])
            for work in works {
                let link = RowID(time: now, random: environment.random(10))
                try database.execute(
                    sql: "INSERT INTO model_works(id, model_id, work_id) VALUES(?, ?, ?)",
                    arguments: [link.data, id.data, work.id.data])
            }
        }
        return try model(id.description)
    }
}
