import Foundation
import SignedObjects
import StyleKit
import SystemSupport

extension StyleCatalog {
    /// Trains from works; what a model on this device learned from the same pictures is reused.
    ///
    /// The model's bytes are the same as without the reuse.
    func learn(
        from works: [Work], progress: @Sendable (Double) -> Void
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
            progress(Double(index) / Double(new.count))
            lessons.append(try lesson(from: work))
        }
        let others = Set((base?.works ?? []).map(\.id)).subtracting(known)
        let style = try StyleModel(combining: lessons, and: base, without: others)
        progress(1)
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
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        guard Digest(of: bytes).description == work.sha256 else {
            throw LibraryError.damaged(
                path: file.shownPath,
                reason: "it is not the file that was added; add the original again")
        }
        do {
            return try LearnedWork(id: work.id.bytes, file: bytes)
        } catch let StyleError.workTooSmall(width, height, _) {
            throw WorkError.tooSmall(title: work.title, width: width, height: height)
        }
    }
}
