import Foundation
import StyleKit
import TestSupport
import Testing

/// Files that a script of the repository wrote, and what an independent program sees in them.
struct PictureOracle {
    private let folder: TemporaryFolder
    /// By line of the script: the name, the file's name, the tolerance.
    private let lines: [(name: String, file: String, tolerance: Int)]

    /// - Parameters:
    ///   - script: One in the folder `Scripts`.
    ///   - kind: Which of its files; nil where it makes one kind only.
    ///   - files: How many the script must write.
    init(
        _ kind: String?, by script: String = "artist-file-oracle", seed: UInt64, files: Int
    ) throws {
        print("seed \(seed)")
        folder = try TemporaryFolder()
        let scripts = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts")
        let words =
            [scripts.appending(path: script).path] + (kind.map { [$0] } ?? []) + [
                folder.path(""), String(seed),
            ]
        lines = try Shell.run(words).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let tolerance = Int(words[2]) else { return nil }
            return (words[0], words[1], tolerance)
        }
        #expect(lines.count == files)
    }

    /// The files by their names.
    func files() throws -> [String: [UInt8]] {
        try Dictionary(
            uniqueKeysWithValues: lines.map { ($0.file, try bytes($0.file)) })
    }

    /// The pixels that are seen in a file.
    func seen(_ file: String) throws -> [UInt8] {
        let line = try #require(lines.first { $0.file == file })
        return try Array(bytes(line.name + ".rgba").dropFirst(8))
    }

    /// By name of the case, what a library keeps of the file.
    func surveys() throws -> [String: PictureSurvey] {
        try Dictionary(
            uniqueKeysWithValues: lines.map { ($0.name, try PictureSurvey(of: bytes($0.file))) })
    }

    /// Compares every channel of every pixel that shows with what is seen.
    func check() throws {
        for line in lines {
            let seen = try bytes(line.name + ".rgba")
            let picture: Picture
            do {
                picture = try Picture.decode(bytes(line.file)).0
            } catch {
                Issue.record("\(line.name): \(error)")
                continue
            }
            let size = [picture.width, picture.height].flatMap { side in
                (0..<4).map { UInt8(truncatingIfNeeded: side >> (8 * $0)) }
            }
            #expect(size == Array(seen.prefix(8)), "\(line.name)")
            let worst = Self.worst(picture.pixels, Array(seen.dropFirst(8)))
            #expect(worst <= line.tolerance, "\(line.name): \(worst)")
        }
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: folder.path(name))))
    }

    /// The largest difference of alpha, and of colour where it shows.
    private static func worst(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count == right.count else { return 256 }
        return stride(from: 0, to: left.count, by: 4).map { base in
            let lanes = left[base + 3] == 0 ? 3...3 : 0...3
            return lanes.map { abs(Int(left[base + $0]) - Int(right[base + $0])) }.max() ?? 0
        }.max() ?? 0
    }
}
