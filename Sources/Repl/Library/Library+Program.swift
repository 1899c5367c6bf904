// The libraries that the program adds to the language's own.

import Lang

extension Library {
  static let program: [Library] = [
    models, objectives, training, runs, configurations, sampling, data, dataSets, evaluation, metrics, sampleQuality, imageNetworks,
    preparation, shows, plots,
  ]

  /// A network small enough for examples.
  static let tinyModel =
    "m = imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2})"
}
