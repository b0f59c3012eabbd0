import AtelierLibrary
import Synchronization

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
