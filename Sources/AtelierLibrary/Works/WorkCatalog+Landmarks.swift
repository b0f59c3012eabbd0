public import Foundation
import GRDB
import SignedObjects
public import StyleKit
import SyncKit
import SystemSupport

/// What the artist marked on a work for figures.
public typealias WorkLandmarks = FigureMarks

extension WorkCatalog {
    /// Sets the landmarks of a work, or removes them; models that are trained from then on carry
    /// them.
    ///
    /// - Parameter marks: nil removes them.
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func setLandmarks(_ marks: FigureMarks?, of id: WorkID) throws -> Work {
        let work = try work(id)
        let text = try marks.map {
            String(decoding: try CanonicalJSON.encoder.encode($0), as: UTF8.self)
        }
        try context.store.write { database in
            try database.execute(
                sql: "UPDATE works SET landmarks = ? WHERE id = ?",
                arguments: [text ?? "", work.id.data])
        }
        return try self.work(id)
    }

    /// The landmarks in a JSON file, for a work.
    ///
    /// - Parameter needsOutline: Whether a file without the head's outline is refused; else it is
    ///   an oval by the points, for ``withProposedOutline(_:of:)``.
    /// - Throws: ``WorkError/notLandmarks(path:reason:nextStep:)``; ``LibraryError`` for the file.
    public func landmarks(
        in file: URL, for work: Work, needsOutline: Bool = true
    ) throws -> FigureMarks {
        let bytes = try LibraryFile.read(file, limit: Limits.landmarksBytes)
        return try landmarks(
            json: bytes, named: file.shownPath, for: work, needsOutline: needsOutline)
    }

    /// The landmarks in a JSON text, for a work; as ``landmarks(in:for:needsOutline:)``.
    ///
    /// - Parameter name: What messages call the text.
    public func landmarks(
        json: [UInt8], named name: String, for work: Work, needsOutline: Bool = true
    ) throws -> FigureMarks {
        guard json.count <= Limits.landmarksBytes else {
            throw LibraryError.tooLarge(path: name, limit: Limits.landmarksBytes)
        }
        do throws(LandmarksProblem) {
            return try LandmarksFile.read(json).marks(
                width: work.width, height: work.height, needsOutline: needsOutline)
        } catch {
            throw WorkError.notLandmarks(
                path: name, reason: error.reason, nextStep: error.nextStep)
        }
    }

    /// The JSON text of landmarks: a line for each field.
    public func text(of landmarks: FigureMarks) -> String { LandmarksFile.text(of: landmarks) }

    /// The same landmarks with an outline of the head that is found in the work's layers, if any
    /// are named for the head and show the eyes, else in its picture. Nothing is stored: the artist
    /// looks at it first.
    ///
    /// - Returns: The landmarks, and the names of the layers.
    /// - Throws: ``LibraryError/elsewhere(kind:device:)``; ``LibraryError`` for the file.
    public func withProposedOutline(
        _ marks: FigureMarks, of work: Work
    ) throws -> (marks: FigureMarks, layers: [String]) {
        let file = try file(of: work)
        let layers = HeadLayers(in: file.bytes).flatMap { $0.showEyes(of: marks) ? $0 : nil }
        let proposal = marks.withProposedOutline(in: file.picture, layers: layers)
        return (proposal, layers?.names ?? [])
    }

    /// Draws landmarks over their work into a picture file.
    ///
    /// - Parameter replacing: Whether an existing file is replaced.
    /// - Throws: ``LibraryError``, such as ``LibraryError/elsewhere(kind:device:)``.
    public func draw(
        _ marks: FigureMarks, of work: Work, to file: URL, replacing: Bool = false
    ) throws {
        let output = try OutputFile(
            file, .picture, replacing: replacing,
            besides: work.location(in: context.folder).map { [$0] } ?? [], of: context.folder)
        let picture = marks.drawn(over: try self.file(of: work).picture)
        try output.write(png: try picture.encodedPNG())
    }

    private func file(of work: Work) throws -> PictureFile {
        guard let file = work.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        return try PictureFile(reading: file, isReduced: true)
    }
}

extension FigureMarks {
    /// Reads the stored text; nil where it holds none, for any program may write it.
    init?(stored text: String) {
        guard !text.isEmpty, text.utf8.count <= Limits.landmarksBytes,
            let marks = try? CanonicalJSON.decode(Self.self, from: Data(text.utf8))
        else { return nil }
        self = marks
    }
}
