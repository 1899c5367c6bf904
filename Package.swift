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

let package = Package(
  name: "imf-repl",
  targets: [
    // System libraries
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "COpenBLAS"),

    // The layers, from the ground up
    .target(name: "CKernels", cSettings: kernelSettings, linkerSettings: [.linkedLibrary("gomp")]),
    .target(
      name: "Tensor", dependencies: ["CKernels", "COneDNN", "COpenBLAS"],
      swiftSettings: swiftSettings),

    // Tests
    .testTarget(
      name: "TensorTests", dependencies: ["Tensor", "CKernels"], swiftSettings: swiftSettings),
  ]
)
