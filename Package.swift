// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in CI; on a developer's machine they stay warnings.
let strictness: [SwiftSetting] =
  Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// The readers under attack: only `scripts/fuzz` builds them, because they need `@testable` and either libFuzzer,
/// which brings a `main` of its own, or the driver that stands in for it where `UNBLENDED_FUZZ` is `replay`.
let fuzzing: [Target] =
  Context.environment["UNBLENDED_FUZZ"].map { form in
    [
      .executableTarget(
        name: "fuzz",
        dependencies: ["Diagnostics", "JSONReader", "OpenAIAdmin", "Pipeline", "Spend", "Staging"],
        path: "Fuzz/Targets", swiftSettings: strictness + (form == "replay" ? [.define("REPLAY")] : []))
    ]
  } ?? []

/// The hot parts one by one: only `scripts/bench-parts` builds them.
let measuring: [Target] =
  Context.environment["UNBLENDED_PARTS"].map { _ in
    [
      .executableTarget(
        name: "bench-parts",
        dependencies: ["Diagnostics", "FOCUS", "JSONReader", "OpenAIAdmin", "Spend", "Staging"],
        path: "Benchmarks/Parts", swiftSettings: strictness)
    ]
  } ?? []

let package = Package(
  name: "unblended",
  products: [
    .executable(name: "extract", targets: ["extract"]),
    .executable(name: "normalize", targets: ["normalize"]),
    .executable(name: "load", targets: ["load"]),
    .executable(name: "unblended", targets: ["unblended"]),
    .executable(name: "simulate", targets: ["simulate"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // System libraries, and what needs C.
    .target(name: "CPlatform"),
    .target(name: "CScan"),
    .target(name: "CIgzip", linkerSettings: [.linkedLibrary("isal")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

    // Bottom: what every layer may use.
    .target(name: "Diagnostics", swiftSettings: strictness),
    .target(
      name: "JSONReader", dependencies: ["CScan", "CSimdjson", "Diagnostics"], swiftSettings: strictness),
    .target(
      name: "Staging",
      dependencies: [
        "CIgzip", "CPlatform", "CScan", "Diagnostics", "JSONReader",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strictness),

    // Domain.
    .target(
      name: "Spend",
      dependencies: ["Diagnostics", "JSONReader", "Staging", .product(name: "BigInt", package: "BigInt")],
      swiftSettings: strictness),
    .target(
      name: "OpenAIAdmin",
      dependencies: [
        "CCurl", "Diagnostics", "JSONReader", "Staging", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strictness),
    .target(
      name: "FOCUS", dependencies: ["Diagnostics", "JSONReader", "Spend", "Staging"],
      resources: [.embedInCode("Columns/columns.csv")], swiftSettings: strictness),

    // Stores in buckets.
    .target(
      name: "ObjectStorage",
      dependencies: [
        "CCurl", "Diagnostics", "Staging", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      swiftSettings: strictness),

    // The three stages, and what runs them.
    .target(
      name: "Pipeline",
      dependencies: [
        "Diagnostics", "FOCUS", "JSONReader", "ObjectStorage", "OpenAIAdmin", "Spend", "Staging",
        .product(name: "Logging", package: "swift-log"), .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strictness),
    .target(
      name: "Frontend",
      dependencies: [
        "Diagnostics", "Pipeline", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strictness),

    // An organization API on loopback. It shares no code with the pipeline that it tests.
    .target(
      name: "Simulator",
      dependencies: [.product(name: "FlyingFox", package: "FlyingFox")], swiftSettings: strictness),

    .executableTarget(name: "extract", dependencies: ["Frontend"], swiftSettings: strictness),
    .executableTarget(name: "normalize", dependencies: ["Frontend"], swiftSettings: strictness),
    .executableTarget(name: "load", dependencies: ["Frontend"], swiftSettings: strictness),
    .executableTarget(name: "unblended", dependencies: ["Frontend"], swiftSettings: strictness),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Simulator", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strictness),

    // What test suites share: a python3 to compare with, scratch folders, repeatable randomness.
    .target(name: "TestSupport", dependencies: ["Staging"], path: "Tests/Support", swiftSettings: strictness),

    .testTarget(
      name: "JSONReaderTests", dependencies: ["JSONReader", "TestSupport"], swiftSettings: strictness),
    .testTarget(name: "StagingTests", dependencies: ["Staging", "TestSupport"], swiftSettings: strictness),
    .testTarget(
      name: "SpendTests", dependencies: ["Spend", "TestSupport"], exclude: ["Reference"],
      swiftSettings: strictness),
    .testTarget(
      name: "ObjectStorageTests", dependencies: ["ObjectStorage", "Staging", "TestSupport"],
      exclude: ["Rig"], swiftSettings: strictness),
    .testTarget(
      name: "OpenAIAdminTests", dependencies: ["JSONReader", "OpenAIAdmin", "Staging", "TestSupport"],
      swiftSettings: strictness),
    .testTarget(name: "FOCUSTests", dependencies: ["FOCUS", "TestSupport"], swiftSettings: strictness),
    .testTarget(name: "SimulatorTests", dependencies: ["Simulator"], swiftSettings: strictness),
    .testTarget(
      name: "PipelineTests", dependencies: ["ObjectStorage", "Pipeline", "Simulator", "TestSupport"],
      exclude: ["Golden"], swiftSettings: strictness),
    .testTarget(name: "FrontendTests", dependencies: ["Frontend", "TestSupport"], swiftSettings: strictness),
  ] + fuzzing + measuring
)
