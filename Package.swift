// swift-tools-version: 6.1
import PackageDescription

// The layers and who may import whom stand in docs/design.md; Tests/HouseTests holds the sources to it.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// Kernels are compiled for speed in every configuration: a debug build must still train.
let kernelSettings: [CSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno", "-std=gnu17", "-Wall", "-Wextra"])
]

let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

let lessons = ["flow-matching", "average-velocity", "meanflow", "improved-meanflow", "guidance"]

let package = Package(
  name: "imf-repl",
  products: [.executable(name: "imf-repl", targets: ["Repl"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    // System libraries
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "CEditline"),
    .systemLibrary(name: "CPNG"),
    .systemLibrary(name: "CSixel"),
    .systemLibrary(name: "CCairo"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CZstd"),
    .systemLibrary(name: "CYAML"),
    .systemLibrary(name: "CZeroMQ"),
    .systemLibrary(name: "CSodium"),
    .systemLibrary(name: "CMarkdown"),

    // The layers, from the ground up
    .target(name: "CKernels", cSettings: kernelSettings, linkerSettings: [.linkedLibrary("gomp")]),
    .target(
      name: "Tensor", dependencies: ["CKernels", "COneDNN", "COpenBLAS"],
      swiftSettings: swiftSettings),
    .target(name: "CJPEGShim", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "Formats", dependencies: ["Tensor", "CPNG", "CJPEGShim", "CZlib", "CZstd", "CYAML", collections],
      swiftSettings: swiftSettings),
    .target(
      name: "MeanFlow", dependencies: ["Tensor", "Formats", collections], exclude: ["Symbols.md"],
      resources: [.copy("Resources/data")], swiftSettings: swiftSettings),
    .target(name: "Lang", dependencies: ["Tensor", collections], swiftSettings: swiftSettings),
    .target(name: "CEditShim", dependencies: ["CEditline"]),
    .executableTarget(
      name: "Repl",
      dependencies: [
        "Tensor", "Formats", "MeanFlow", "Lang", "CEditline", "CEditShim", "CSixel", "CCairo", "CPNG", "CMarkdown", "CZeroMQ", "CSodium", collections,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // Read by Lesson.all: in the program itself, which needs no files beside it for them.
      resources: lessons.map { .embedInCode("Lessons/Texts/\($0).imf") }, swiftSettings: swiftSettings),

    // Tests
    .testTarget(name: "TensorTests", dependencies: ["Tensor"], swiftSettings: swiftSettings),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "Tensor", collections], exclude: ["Samples"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FuzzTests", dependencies: ["Formats", "Tensor"], exclude: ["Corpus"], swiftSettings: swiftSettings),
    .testTarget(
      name: "MeanFlowTests", dependencies: ["MeanFlow", "Formats", "Tensor", collections], swiftSettings: swiftSettings),
    .testTarget(
      name: "LangTests", dependencies: ["Lang", "Tensor"], exclude: ["Diagnostics", "Scripts", "Fuzzing/Corpus", "Fuzzing/Fuzzer.swift"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ReplTests",
      dependencies: [
        "Repl", "Formats", "Lang", "Tensor", "CZeroMQ", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    .testTarget(name: "HouseTests", swiftSettings: swiftSettings),
  ]
)

// The fuzzer of the language, in the place of the tests of which it shares files: `make fuzz-language`. Its modules are
// instrumented, and libFuzzer has the entry.
if Context.environment["IMF_FUZZ"] != nil {
  package.targets.removeAll { $0.type == .test }
  package.products.append(.executable(name: "LanguageFuzzer", targets: ["LanguageFuzzer"]))
  package.targets.append(
    .executableTarget(
      name: "LanguageFuzzer", dependencies: ["Lang", "Tensor"], path: "Tests/LangTests",
      exclude: ["Diagnostics", "Scripts", "Fuzzing/Corpus"],
      sources: ["Fuzzing/FuzzedScript.swift", "Fuzzing/Fuzzer.swift", "SyntaxStructure.swift"],
      swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]))
}
