// swift-tools-version: 6.2
import PackageDescription

// A package of its own: nobody who only builds Atelier builds this. Scripts/fuzz does.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let styleKit = Target.Dependency.product(name: "StyleKit", package: "atelier")
let provenance = Target.Dependency.product(name: "Provenance", package: "atelier")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

func fuzzer(
    _ name: String, in folder: String, _ libraries: [Target.Dependency] = [styleKit]
) -> Target {
    .executableTarget(
        name: name, dependencies: libraries, path: "Sources/\(folder)",
        swiftSettings: settings)
}

let package = Package(
    name: "atelier-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "atelier", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(
            name: "PictureDecoding", dependencies: [styleKit], swiftSettings: settings),
        fuzzer("fuzz-png", in: "FuzzPNG", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-jpeg", in: "FuzzJPEG", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-webp", in: "FuzzWebP", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-photoshop", in: "FuzzPhotoshop", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-tiff", in: "FuzzTIFF", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-clip", in: "FuzzClip", [styleKit, "PictureDecoding"]),
        fuzzer("fuzz-profile", in: "FuzzProfile"),
        fuzzer("fuzz-model", in: "FuzzModel", [styleKit, crypto]),
        fuzzer("fuzz-marks", in: "FuzzMarks", [provenance, crypto]),
    ]
)
