import ArgumentParser
import AtelierLibrary
import Foundation
import Synchronization

/// Every file that `generate` writes besides those of the library, checked before a credit is spent
/// on any.
struct GenerateOutputs {
    /// The picture, or the sheet.
    let out: OutputFile?
    /// The picture while it is drawn.
    let preview: OutputFile?
    /// The drafts in full, by their numbers.
    let picks: [Int: OutputFile]

    /// - Parameters:
    ///   - isSheetThere: Whether the drafts alone are written: `out` is what they are named after.
    ///   - sketch: What the picture is made from.
    init(
        out: URL?, preview: URL?, picks numbers: [Int], isSheetThere: Bool, replacing: Bool,
        from sketch: URL?, of folder: LibraryFolder
    ) throws {
        let checked = { (file: URL) in
            try OutputFile(
                file, .picture, replacing: replacing, besides: sketch.map { [$0] } ?? [],
                of: folder)
        }
        self.out = isSheetThere ? nil : try out.map(checked)
        self.preview = try preview.map(checked)
        picks = try Dictionary(
            (out == nil ? [] : numbers).map { number in
                (number, try checked(Self.name(out, number)))
            }, uniquingKeysWith: { $1 })
        let others = (self.out.map { [$0] } ?? []) + picks.values
        if let preview = self.preview, others.contains(where: { $0.isSame(as: preview) }) {
            throw ValidationError("--out and --preview name the same file.")
        }
    }

    /// Such as `name-2.png` for `name.png`.
    private static func name(_ out: URL?, _ number: Int) throws -> URL {
        guard let out else { throw ValidationError("Say where to: --out FILE.") }
        return out.numbered(number)
    }
}

/// The file of a picture that is still being drawn: the first state of it obeys the rule for
/// files that are there, the later ones replace it.
final class PreviewFile: Sendable {
    private let output: Mutex<OutputFile>

    init(_ output: OutputFile) {
        self.output = Mutex(output)
    }

    /// Writes the next state. One that cannot be written is no reason to stop drawing.
    func show(_ png: [UInt8]) {
        output.withLock { output in
            guard (try? output.write(png: png)) != nil else { return }
            output = output.again
        }
    }
}
