import Foundation
import SignedObjects
import StyleKit

extension Library {
    /// Learns from works, taking over what a model on this device learned from the same pictures.
    ///
    /// The bytes are those of learning from all of them anew.
    func learn(
        from works: [Work], progress: @Sendable (Double) -> Void
    ) throws -> StyleModel {
        let base = try closestModel(to: works)
        let pixelsByWork = Dictionary(
            works.map { ($0.id.bytes, $0.pixelHash) }, uniquingKeysWith: { first, _ in first })
        let known = (base?.works ?? []).filter {
            pixelsByWork[$0.id] == Hexadecimal.encode($0.pixelHash)
        }.map(\.id)
        let lessons = try works.filter { !known.contains($0.id.bytes) }.map {
            StyleWork(id: $0.id.bytes, picture: try picture(of: $0))
        }
        guard let base, !known.isEmpty else {
            return try StyleModel(learning: lessons, progress: progress)
        }
        let others = Set(base.works.map(\.id)).subtracting(known)
        return try StyleModel(from: base, without: others, adding: lessons, progress: progress)
    }

    /// The readable model with the most of these works; nil if none has any.
    private func closestModel(to works: [Work]) throws -> StyleModel? {
        let wanted = Set(works.map(\.id))
        let candidates = try models().map { model in
            (model: model, shared: wanted.intersection(model.works).count)
        }.filter { $0.model.isHere && $0.shared > 0 }
        for candidate in candidates.sorted(by: { $0.shared > $1.shared }) {
            // One that is damaged or of another engine only helps less: its works are read again.
            guard let digest = Digest(hex: candidate.model.digest),
                let style = try? style(digest)
            else { continue }
            return style
        }
        return nil
    }

    private func picture(of work: Work) throws -> Picture {
        guard let path = work.file else {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        let bytes = try LibraryFile.read(URL(filePath: path), limit: Limits.pictureBytes)
        guard Digest(of: bytes).description == work.sha256 else {
            throw LibraryError.damaged(
                path: path, reason: "it is not the file that was added; add the original again")
        }
        return try Picture.decode(bytes).0
    }
}
