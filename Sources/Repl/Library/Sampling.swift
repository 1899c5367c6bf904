// Images from noise.

import Lang
import MeanFlow
import Tensor

extension Library {
  static let sampling = Library("Sampling", [
    Builtin(
      "sample(m, n = 16, labels = none, noise = none, seed = 99, sample_idx = 0, steps = 1, omega = 1, t_min = 0, t_max = 1)",
      """
      images [n, H, W, C] from noise in one step or a few; without labels of the classes in turn

      m is a model, or a training state, whose average is taken. `labels` names a class for each image, and their number is n
      then; num_classes stands for "no class". `steps` is 1 for MeanFlow; a few steps cost as many passes. `omega` is the
      guidance scale (1: none; trained on 1 to 8) and acts for times from `t_min` to `t_max`. The noise belongs to `seed` and
      `sample_idx`, the number of the batch when many are drawn, or is given as `noise` [n, H, W, C]. Values are about [-1, 1]:
      `to_image` makes bytes.
      """,
      given: tinyModel, example: "sample(m, n = 4).shape",
      fails: [
        .value("sample(m, steps = 0)", "sample: `steps` is 0; expected a whole number from 1 to 100000"),
        .value("sample(m, labels = [3])", "the label 3 is out of range: the model has the classes 0 to 1"),
        .shape("sample(m, noise = zeros([2, 8, 8, 1]))", "sample: the network takes images [B, 4, 4, 1], not [B, 8, 8, 1]"),
      ],
      see: ["to_image", "grid", "imf", "train"]
    ) { call in
      let network = try call.network("m")
      let given = try call.optionalTensor("labels").map { try network.configuration.checkedLabels($0, allowsNull: true) }
      let noise = try call.optionalTensor("noise")
      if call.isGiven("n"), let count = noise?.shape.first ?? (given?.rank == 0 ? nil : given?.count) {
        let n = try call.integer("n", in: 1...1 << 24), name = noise == nil ? "labels" : "noise"
        guard n == count else {
          throw call.error(.value, "`n` is \(n) and `\(name)` is for \(count)", argument: "n", hint: "leave `n` out: `\(name)` says how many")
        }
      }
      let n = try noise?.shape.first ?? given?.count ?? call.integer("n", in: 1...1 << 24)
      let start = try samplingStart(network, n: n, seed: call.integer("seed"), sampleIndex: call.integer("sample_idx", in: 0...Int.max))
      let labels = try given.map { $0.rank == 0 ? try $0.broadcast(to: [n]) : $0 } ?? start.labels
      let settings = SamplingSettings(
        steps: try call.integer("steps", in: 1...100_000), omega: try call.number("omega"), tMin: try call.number("t_min"),
        tMax: try call.number("t_max"))
      return .tensor(try MeanFlow::sample(network, noise: noise ?? start.noise, labels: labels, settings))
    },
    Builtin(
      "to_image(x)", "numbers in [-1, 1] as bytes: clip(127.5 x + 128, 0, 255)",
      example: "to_image([-1, 0, 1])",
      fails: [
        .type("to_image(\"a.png\")", "to_image: `x` is a string; expected a tensor, a number or a list of numbers"),
      ],
      see: ["grid", "image_values"]
    ) { call in
      .tensor(try toImage(call.tensor("x")))
    },
    Builtin(
      "grid(images, columns = none, gap = 2, range = none)",
      """
      images [n, H, W, C] side by side, as a picture

      Takes a tensor or a list of images. `columns` is chosen where it is none; `gap` is in pixels. `range` [black, white] says what
      floats mean: [-1, 1] if some are below 0 or all near 0, else [0, 1].
      """,
      example: "grid(zeros([4, 8, 8, 1]), columns = 2)",
      fails: [
        .type("grid(\"samples\")", "grid: `images` is a string; expected a tensor, a number or a list of numbers"),
        .value("grid(zeros([4, 8, 8, 1]), columns = 0)", "grid: `columns` is 0; expected a whole number from 1 to 4096"),
        .value("grid(zeros([4, 8, 8, 1]), range = 1)", "grid: `range` needs two numbers, black and white: [-1, 1]"),
      ],
      see: ["show", "to_image", "save"]
    ) { call in
      let columns = try call["columns"].isNone ? nil : call.integer("columns", in: 1...4096)
      let gap = try call.integer("gap", in: 0...64)
      if case .list(let items) = call["images"] {
        let pictures = try items.map { try call.picture($0, "images") }
        return .object(try Picture.grid(pictures, columns: columns, gap: gap))
      }
      let images = try call.tensor("images")
      var grid = try Picture.grid(Picture.pictures(of: images.shown(call.valueRange())), columns: columns, gap: gap)
      grid.caption = (grid.caption.isEmpty ? "" : grid.caption + ", ") + Picture.describe(images)
      return .object(grid)
    },
  ])
}

extension Tensor {
  /// Numbers with a fraction as bytes, all images alike: in the range given, or as [-1, 1] where one is negative or none
  /// would be seen in [0, 1]; everything else as it is (Picture+Tensor has the rest of the rule).
  func shown(_ range: ClosedRange<Double>? = nil) throws -> Tensor {
    if let range {
      return try toImage((cast(to: .float32) - range.lowerBound) * (2 / (range.upperBound - range.lowerBound)) - 1)
    }
    guard dtype.isFloating, count > 0 else { return self }
    let found = try statistics()
    guard found.finite > 0, found.min < 0 || found.max < Double(Picture.faintest) else { return self }
    return try toImage(self)
  }
}

extension Call {
  /// The two numbers of `range`; nil where it is none.
  /// - Parameter meaning: what they are.
  func valueRange(_ meaning: String = "black and white") throws -> ClosedRange<Double>? {
    if self["range"].isNone { return nil }
    let ends = try tensor("range").scalars(Double.self)
    guard ends.count == 2, ends[0] < ends[1], ends.allSatisfy(\.isFinite) else {
      throw error(.value, "`range` needs two numbers, \(meaning): [-1, 1]", argument: "range")
    }
    return ends[0]...ends[1]
  }

  /// An image, or a tensor that holds one.
  func picture(_ value: Value, _ name: String, _ range: ClosedRange<Double>? = nil) throws -> Picture {
    if case .object(let object) = value, let picture = object as? Picture { return picture }
    guard let tensor = try value.asTensor() else {
      throw error(.type, "`\(name)` holds \(value.typeName); expected images", argument: name)
    }
    return try Picture(tensor.shown(range))
  }
}
