// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "latencyd", path: "..")],
    targets: [
        // The least C that does the same job: what the ingest is measured against.
        .target(name: "Floor", cSettings: [.unsafeFlags(["-O3"])]),
        .executableTarget(
            name: "IngestBenchmark",
            dependencies: [
                "Floor",
                .product(name: "Telemetry", package: "latencyd"),
                .product(name: "Collectors", package: "latencyd"),
                .product(name: "Platform", package: "latencyd"),
            ]
        ),
        .executableTarget(
            name: "CollectBenchmark",
            dependencies: [
                "Floor",
                .product(name: "Telemetry", package: "latencyd"),
                .product(name: "Collectors", package: "latencyd"),
                .product(name: "Exporter", package: "latencyd"),
                .product(name: "Platform", package: "latencyd"),
            ]
        ),
        .executableTarget(
            name: "ExpositionBenchmark",
            dependencies: [
                "Floor",
                .product(name: "Collectors", package: "latencyd"),
            ]
        ),
        .executableTarget(
            name: "DetectionBenchmark",
            dependencies: [
                "Floor",
                .product(name: "AnomalyDetect", package: "latencyd"),
            ]
        ),
        .executableTarget(
            name: "DecompositionBenchmark",
            dependencies: [
                "Floor",
                .product(name: "AnomalyDetect", package: "latencyd"),
            ]
        ),
    ]
)
