import Foundation
import SignedObjects
import StyleKit
import SystemSupport

/// Which landmarks a model learned: their digests by work. Its JSON form is an object of
/// hexadecimal digests by the works' ids.
public struct LearnedLandmarks: Equatable, Sendable {
    /// SHA-256 of the marks' canonical bytes, hexadecimal, by the work's id.
    let digests: [WorkID: String]

    init(_ style: StyleModel) {
        let known = style.works.compactMap { work -> (WorkID, String)? in
            guard let id = WorkID(work.id), let marks = work.figure else { return nil }
            return (id, Self.digest(of: marks))
        }
        digests = Dictionary(known, uniquingKeysWith: { first, _ in first })
    }

    /// Reads the stored text; nothing where it holds none, for any program may write it.
    init(stored text: String) {
        self = (try? JSONDecoder().decode(Self.self, from: Data(text.utf8))) ?? Self(digests: [:])
    }

    private init(digests: [WorkID: String]) {
        self.digests = digests
    }

    static func digest(of marks: FigureMarks) -> String { Digest(of: marks.bytes).description }
}

extension LearnedLandmarks: Codable {
    /// Decodes the object; keys that are no ids are ignored.
    public init(from decoder: any Decoder) throws {
        let texts = try decoder.singleValueContainer().decode([String: String].self)
        digests = Dictionary(
            texts.compactMap { id, digest in WorkID(hex: id).map { ($0, digest) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Encodes the object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            Dictionary(
                digests.map { ($0.description, $1) }, uniquingKeysWith: { first, _ in first }))
    }
}

/// Which works of a model figures can be made of.
public struct ModelFigures: Codable, Equatable, Sendable {
    /// The works whose landmarks the model has.
    public let usable: [WorkID]
    /// The works without landmarks in the model: no figure has a part of them.
    public let without: [WorkID]
    /// The works whose landmarks were set, changed or removed since the model was trained; it heeds
    /// them once it is trained again.
    public let outdated: [WorkID]
}

extension StyleCatalog {
    /// Which works of a model figures can be made of; ids ascending.
    public func figures(of model: Model) throws -> ModelFigures {
        let learned = model.landmarks.digests
        let ids = Set(model.works)
        let outdated = try works.all().filter { work in
            ids.contains(work.id)
                && work.landmarks.map(LearnedLandmarks.digest) != learned[work.id]
        }
        return ModelFigures(
            usable: model.works.filter { learned[$0] != nil }.sorted(),
            without: model.works.filter { learned[$0] == nil }.sorted(),
            outdated: outdated.map(\.id).sorted())
    }
}
