// swift-tools-version: 6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(folder)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: settings)
}

/// A library that reads more kinds of artists' files where it is installed. Without it everything
/// is built all the same, and such a file is refused with the library's name.
struct OptionalLibrary {
    let module: String
    let header: String
    let condition: String
    let aptPackage: String

    static let all = [
        OptionalLibrary(
            module: "CHEIF", header: "libheif/heif.h", condition: "ATELIER_HEIF",
            aptPackage: "libheif-dev"),
        OptionalLibrary(
            module: "CJXL", header: "jxl/decode.h", condition: "ATELIER_JXL",
            aptPackage: "libjxl-dev"),
        OptionalLibrary(
            module: "CTIFF", header: "tiffio.h", condition: "ATELIER_TIFF",
            aptPackage: "libtiff-dev"),
        OptionalLibrary(
            module: "CZip", header: "zip.h", condition: "ATELIER_ZIP", aptPackage: "libzip-dev"),
    ]

    /// Where headers lie, those of Debian's architectures included.
    private static let headerFolders: [String] = {
        let common = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"]
        let names = try? FileManager.default.contentsOfDirectory(atPath: common[0])
        return common
            + (names ?? []).filter { $0.hasSuffix("-linux-gnu") }.map {
                "\(common[0])/\($0)"
            }
    }()

    /// `ATELIER_WITHOUT=CTIFF,CZip swift build` builds as if these were not there.
    var isInstalled: Bool {
        let refused = Context.environment["ATELIER_WITHOUT"]?.split(separator: ",") ?? []
        return !refused.contains { $0 == module }
            && Self.headerFolders.contains {
                FileManager.default.fileExists(atPath: "\($0)/\(header)")
            }
    }

    var target: Target { .systemLibrary(name: module, providers: [.apt([aptPackage])]) }
}

let optionalLibraries = OptionalLibrary.all.filter(\.isInstalled)

let package = Package(
    name: "atelier",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "atelier", targets: ["atelier"]),
        .executable(name: "atelier-server", targets: ["atelier-server"]),
        .library(name: "SyncKit", targets: ["SyncKit"]),
        .library(name: "SyncKitHTTP", targets: ["SyncKitHTTP"]),
        .library(name: "CreditLedger", targets: ["CreditLedger"]),
        .library(name: "Fingerprints", targets: ["Fingerprints"]),
        .library(name: "StyleKit", targets: ["StyleKit"]),
        .library(name: "Provenance", targets: ["Provenance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: optionalLibraries.map(\.target) + [
        // System libraries: a module map and a shim each.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CJPEG", providers: [.apt(["libjpeg-dev", "libturbojpeg0-dev"])]),
        .systemLibrary(name: "CLCMS", providers: [.apt(["liblcms2-dev"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CWebP", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),

        // What every target may need of the operating system; imports nothing.
        library("SystemSupport", []),

        // Perceptual hashes of pictures, without a library that reads pictures.
        library("Fingerprints", ["SystemSupport"]),

        // The files of drawing programs and scanners, up to the samples of their pixels.
        .target(
            name: "ArtistFiles",
            dependencies: ["CSQLite", "CZlib"]
                + optionalLibraries.map { .target(name: $0.module) },
            swiftSettings: settings + optionalLibraries.map { .define($0.condition) }),

        // The three libraries that know nothing of each other.
        library("SyncKit", [crypto, grdb, grdbSQLite, "CSQLite", "CZstd", "SystemSupport"]),
        // The engine's way to a server over HTTP; the engine itself links no network.
        library("SyncKitHTTP", ["SyncKit", "CCurl", "SystemSupport", httpTypes]),
        library("CreditLedger", ["SignedObjects", "SystemSupport"]),
        // The only C of the project: the innermost loop of drawing.
        .target(name: "CPatchKernel"),
        library(
            "StyleKit",
            [
                "ArtistFiles", "Fingerprints", "SystemSupport", crypto, "CJPEG", "CLCMS", "CPNG",
                "CPatchKernel", "CWebP", "CZlib",
            ]),

        // What picture files say about themselves: marks, manifests; knows no pixel.
        library("Provenance", ["CZlib", asn1, certificates, crypto]),

        // What the client and the server say to each other.
        library("SignedObjects", [crypto, "SystemSupport"]),
        library(
            "AtelierProtocol",
            [
                "SignedObjects", "CreditLedger", "Fingerprints", "Provenance", crypto, httpTypes,
            ]),

        // The client and the server.
        library(
            "AtelierLibrary",
            [
                "AtelierProtocol", "CreditLedger", "Fingerprints", "Provenance", "SignedObjects",
                "StyleKit", "SyncKit", "SyncKitHTTP", "SystemSupport", crypto, grdb, httpTypes,
            ]),
        // The texts of the page in each language.
        .target(
            name: "Messages", resources: [.copy("Catalogue")], swiftSettings: settings),
        // What the artist's, the moderators' and the public pages share.
        .target(
            name: "PageParts", dependencies: ["Messages", httpTypes, hummingbird],
            resources: [.copy("Site")], swiftSettings: settings),
        // The artist's page: a server for this machine only.
        .target(
            name: "Studio",
            dependencies: [
                "AtelierLibrary", "AtelierProtocol", "Messages", "PageParts", "SignedObjects",
                "StyleKit", "SystemSupport", httpTypes, hummingbird, logging,
            ], resources: [.copy("Site")], swiftSettings: settings),
        program(
            "atelier", in: "ClientCLI",
            ["AtelierLibrary", "AtelierProtocol", "SignedObjects", "Studio", argumentParser]),
        .target(
            name: "AtelierServer",
            dependencies: [
                "AtelierProtocol", "CPostgres", "CreditLedger", "Fingerprints", "Provenance",
                "SignedObjects", "SyncKit", "SystemSupport", coreMetrics, crypto, grdb, httpTypes,
                hummingbird, hummingbirdTLS, logging,
            ],
            path: "Sources/Server/Core", swiftSettings: settings),
        // The moderators' console and the public pages.
        .target(
            name: "Console",
            dependencies: [
                "AtelierProtocol", "AtelierServer", "CreditLedger", "Messages", "PageParts",
                "Provenance",
                "SignedObjects", "SystemSupport", crypto, httpTypes, hummingbird, logging, mustache,
            ],
            path: "Sources/Server/Console",
            resources: [.copy("Catalogue"), .copy("Site"), .copy("Templates")],
            swiftSettings: settings),
        program(
            "atelier-server", in: "Server/Command",
            ["AtelierServer", "Console", argumentParser, logging]),

        // Tests: a target per library, and those that see the whole.
        .target(
            name: "TestSupport", dependencies: ["CSQLite", "SyncKit", grdb],
            path: "Tests/TestSupport", swiftSettings: settings),
        tests("SyncKitTests", ["SyncKit", crypto, grdb]),
        tests("ProvenanceTests", ["Provenance", "StyleKit", certificates, crypto]),
        tests("SignedObjectsTests", ["SignedObjects", "SystemSupport"]),
        tests("FingerprintsTests", ["Fingerprints"]),
        tests(
            "AtelierProtocolTests",
            [
                "AtelierProtocol", "CreditLedger", "Fingerprints", "Provenance", "SignedObjects",
                crypto,
            ]),
        .target(
            name: "LedgerModel", dependencies: ["CreditLedger", "SignedObjects"],
            path: "Tests/LedgerModel", swiftSettings: settings),
        .executableTarget(
            name: "model-check", dependencies: ["LedgerModel", argumentParser],
            path: "Tests/ModelCheck", swiftSettings: settings),
        tests("CreditLedgerTests", ["CreditLedger", "LedgerModel", "SignedObjects"]),
        .target(
            name: "ImageQuality", dependencies: ["Fingerprints", "StyleKit"],
            path: "Tests/ImageQuality",
            swiftSettings: settings),
        .executableTarget(
            name: "judge-images", dependencies: ["ImageQuality", "StyleKit"],
            path: "Tests/JudgeImages", swiftSettings: settings),
        tests(
            "StyleKitTests",
            [
                "ArtistFiles", "Fingerprints", "StyleKit", "ImageQuality", "CJPEG", "CLCMS", "CPNG",
                "CPatchKernel", "CWebP", crypto,
            ]),
        tests(
            "AtelierLibraryTests",
            [
                "AtelierLibrary", "AtelierProtocol", "CreditLedger", "Fingerprints", "Provenance",
                "SignedObjects", "StyleKit", "SyncKit", "SyncKitHTTP", "SystemSupport", crypto,
                grdb, httpTypes,
            ]),
        tests("MessagesTests", ["Messages"]),
        tests(
            "StudioTests",
            [
                "AtelierLibrary", "SignedObjects", "StyleKit", "Studio", httpTypes, hummingbird,
                hummingbirdTesting,
            ]),
        tests(
            "ServerTests",
            [
                "AtelierProtocol", "AtelierServer", "Console", "CreditLedger", "Fingerprints",
                "Messages", "PageParts", "Provenance", "SignedObjects", "SyncKit", "SyncKitHTTP",
                "SystemSupport", coreMetrics, crypto, grdb, httpTypes, hummingbird,
                hummingbirdTesting,
            ]),
        .executableTarget(
            name: "drive-server",
            dependencies: [
                "AtelierProtocol", "CreditLedger", "SignedObjects", "SyncKit", "SyncKitHTTP",
                argumentParser, httpTypes,
            ], path: "Tests/DriveServer", swiftSettings: settings),
        .target(
            name: "Simulation", dependencies: ["SyncKit", "TestSupport", grdb],
            path: "Tests/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulate",
            swiftSettings: settings),
        tests("SimulationTests", ["Simulation", "SyncKit"]),
        tests("EndToEndTests", []),
    ]
)
