// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The rules read the sources with the parser of the toolchain itself: nothing is downloaded, and it
// knows exactly the Swift that builds the project. The package stands alone, since the flags that
// find the parser would forbid others to depend on the main one.
let toolchain = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(filePath: "\($0)/swift").resolvingSymlinksInPath() }
    .filter { FileManager.default.isExecutableFile(atPath: $0.path) }
    .map { $0.deletingLastPathComponent().deletingLastPathComponent() }
    .map { $0.appending(path: "lib/swift/host").path }
    .first { FileManager.default.fileExists(atPath: $0 + "/libSwiftParser.so") }
let parser = toolchain ?? "/usr/lib/swift/host"

let package = Package(
    name: "house-rules",
    targets: [
        .testTarget(
            name: "HouseRulesTests", path: ".",
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
                .unsafeFlags(["-I", parser]),
            ],
            linkerSettings: [
                .linkedLibrary("SwiftParser"), .linkedLibrary("SwiftSyntax"),
                .unsafeFlags(["-L", parser, "-Xlinker", "-rpath", "-Xlinker", parser]),
            ])
    ]
)
