// swift-tools-version: 6.1
import PackageDescription

/// Every target is strict: Swift 6 language mode comes with the tools version, warnings are errors.
let strict: [SwiftSetting] = [
    .unsafeFlags(["-warnings-as-errors"]),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "latencyd",
    products: [
        .executable(name: "latencyd", targets: ["latencyd"]),
        // For the benchmarks.
        .library(name: "Telemetry", targets: ["Telemetry"]),
        .library(name: "AnomalyDetect", targets: ["AnomalyDetect"]),
        .library(name: "Collectors", targets: ["Collectors"]),
        .library(name: "Exporter", targets: ["Exporter"]),
        .library(name: "Platform", targets: ["Platform"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // The shared words: names, labels, histograms, series. Pure.
        .target(name: "Telemetry", swiftSettings: strict),
        // C shims and the headers of the system libraries.
        .target(
            name: "CSystem",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [
                .linkedLibrary("crypt"),
                .linkedLibrary("curl"),
                .linkedLibrary("gnutls"),
                .linkedLibrary("microhttpd"),
                .linkedLibrary("sqlite3"),
                .linkedLibrary("yaml"),
                .linkedLibrary("systemd"),
                .linkedLibrary("z"),
            ]
        ),
        // Each system library wrapped once.
        .target(name: "Platform", dependencies: ["CSystem"], swiftSettings: strict),
        // Where signals come from.
        .target(name: "Collectors", dependencies: ["Telemetry", "Platform"], swiftSettings: strict),
        // Baselines, scores, alert levels. Pure.
        .target(name: "AnomalyDetect", dependencies: ["Telemetry"], swiftSettings: strict),
        // What goes out: formats and routes. Pure.
        .target(name: "Exporter", dependencies: ["Telemetry", "AnomalyDetect"], swiftSettings: strict),
        // The only place that acts.
        .executableTarget(
            name: "latencyd",
            dependencies: [
                "Telemetry", "Platform", "Collectors", "AnomalyDetect", "Exporter",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // Runs the hot paths, for instructions and allocations to be counted (Tests/Counts).
        .executableTarget(
            name: "HotPaths", dependencies: ["Telemetry", "Collectors", "AnomalyDetect", "Exporter"],
            path: "Tests/Counts/HotPaths", swiftSettings: strict),
        // What several test targets share.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CollectorsTests", dependencies: ["Collectors", "Exporter", "Telemetry", "Platform", "TestSupport"],
            exclude: ["Captures", "Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "AnomalyDetectTests", dependencies: ["AnomalyDetect", "Telemetry", "TestSupport"],
            exclude: ["Decomposition/Fixtures", "Decomposition/statsmodels_fixtures.py"], swiftSettings: strict),
        .testTarget(
            name: "ExporterTests", dependencies: ["Exporter", "AnomalyDetect", "Telemetry", "TestSupport"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "latencydTests",
            dependencies: [
                "latencyd", "Telemetry", "Platform", "Collectors", "AnomalyDetect", "Exporter", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
    ]
)
