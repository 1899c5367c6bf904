// An autoencoder small enough for tests: formula weights on 8, 8, 16, 16 channels in 4 groups, as files.

import Formats
import Foundation
import OrderedCollections

@testable import MeanFlow

enum TinyAutoencoder {
  static let configuration: AutoencoderConfiguration = {
    var c = AutoencoderConfiguration()
    (c.channels, c.groups) = ([8, 8, 16, 16], 4)
    return c
  }()

  /// Writes weights and their configuration to a folder.
  static func write(to folder: String, as name: String = "diffusion_pytorch_model.safetensors", _ contents: FileValue? = nil) throws {
    try Formats::save(contents ?? FormulaWeights(ours: configuration.slots).contents(), to: folder + "/" + name)
    try Formats::save(.record(["norm_num_groups": .number(4)]), to: folder + "/config.json")
  }
}

/// A folder that lives as long as a test.
final class TemporaryFolder {
  let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
