import Foundation
import TestSupport

extension Program {
    /// Runs a script of bash, which alone can name files by any bytes and close or fill streams.
    ///
    /// `$atelier` is the client, `$ATELIER_HOME` the device's library, the current folder the
    /// sandbox.
    static func shell(
        _ script: String, _ device: Device, variables: [String: String] = [:]
    ) async throws -> Outcome {
        let client = try Programs.url(Programs.client).path
        let settings = (["atelier": client].merging(variables) { $1 }).map { "\($0)=\($1)" }
        let folder = device.sandbox.folder
        return try await run(
            command: ["env"] + settings + ["bash", "-c", "cd \"$0\" && " + script, folder.path],
            shown: script, home: device.home, in: folder)
    }
}
