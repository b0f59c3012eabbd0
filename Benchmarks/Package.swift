// swift-tools-version: 6.2
import PackageDescription

// A package of its own: nobody who only builds Atelier builds this.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let fingerprints = Target.Dependency.product(name: "Fingerprints", package: "atelier")
let styleKit = Target.Dependency.product(name: "StyleKit", package: "atelier")
let provenance = Target.Dependency.product(name: "Provenance", package: "atelier")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let syncKit = Target.Dependency.product(name: "SyncKit", package: "atelier")

let package = Package(
    name: "atelier-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "atelier", path: ".."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        // Names differ from those of Atelier's own system libraries: a name is used once in a
        // build.
        .systemLibrary(name: "CBenchmarkSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CBenchmarkZstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "Workload", swiftSettings: settings),
        .target(
            name: "SyncEngines", dependencies: ["Workload", "CBenchmarkSQLite", syncKit, grdb],
            swiftSettings: settings),
        .executableTarget(
            name: "fingerprint-benchmark", dependencies: [fingerprints, styleKit],
            path: "Sources/FingerprintBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "sync-benchmark", dependencies: ["SyncEngines", "Workload", "CBenchmarkZstd"],
            path: "Sources/SyncBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "image-benchmark", dependencies: [styleKit, provenance, crypto],
            path: "Sources/ImageBenchmark", swiftSettings: settings),
    ]
)
