// Files and data sets.

import Formats
import Foundation
import Lang
import MeanFlow
import Tensor

extension Library {
  static let data = Library("Data", [
    Builtin(
      "load(path, keys = none)",
      """
      a file's contents, recognised by what is in it, not by its name

      - npz, safetensors, torch's .pt and .pth, pickled arrays: a record of tensors; npy, idx(.gz): a tensor
      - checkpoints of flax and orbax, as folder, zip or msgpack: a record with params, ema_params, step
      - png, jpg: an image; json, yml: its value

      `keys = "ema_params/*"` reads only the arrays whose path is like that. Shipped data sets have names: "digits8.npz",
      "fashion16.npz", "fashion16_test.npz", "emojikinds16.npz"; a file of that name in the working folder comes first.
      """,
      example: "load(\"digits8.npz\").images.shape",
      fails: [
        .io("load(\"missing.npz\")", "missing.npz: there is no such file"),
        .type("load([\"a.npz\", \"b.npz\"])", "load: `path` is a list; expected a string"),
      ],
      see: ["save", "imf", "resume", "read_text"]
    ) { call in
      let path = try call.string("path")
      let keys = try call["keys"].isNone ? nil : call.string("keys")
      let loading = Loading()
      defer { loading.finish() }
      do {
        return try Value(Formats::load(path, keys: keys) { loading.update($0, $1, of: $2) })
      } catch let problem as FormatError where problem.reason == .io {
        guard let shipped = EmbeddedData.path(of: path) else { throw call.missing(path, problem) }
        return try Value(Formats::load(shipped, keys: keys))
      }
    },
    Builtin(
      "save(path, value)",
      """
      write a value in the format of the path's ending, whole or not at all

      - .npz, .safetensors, .msgpack, .pt, .pth: a tensor or records of them; .npy: a tensor; .json, .yml: lists and records; .png: images, plots, animations;
        .svg: plots
      - a training state as .safetensors, for `resume`, or as checkpoint_<step>, for flax; a model in any of these

      `x |> save("a.npz")` is as good: the arguments may change places.
      """,
      example: "save(\"/tmp/imf-example.npz\", {x: ones([2, 2])})",
      fails: [
        .value("save(\"samples.xyz\", ones([2]))", "samples.xyz: files of .xyz cannot be written"),
        .type("save(\"samples.npz\", x -> x)", "save: a function has no form in files"),
      ],
      see: ["load", "resume", "write_text"]
    ) { call in
      // `save(value, path)` is as good as `save(path, value)`, so that `x |> save("a.npz")` reads well.
      let isSwapped = if case .string = call["path"] { false } else { true }
      guard case .string(let path) = isSwapped ? call["value"] : call["path"] else {
        throw call.error(.type, "a path is missing", argument: "path")
      }
      let value = isSwapped ? call["path"] : call["value"]
      try call.checkWritable(path)
      try call.write(value, to: path)
      return .none
    },
    Builtin(
      "batches(x, y = none, size = 64, steps = none, seed = 0, drop_last = true)",
      """
      shuffled batches {x, y}; bytes become numbers in [-1, 1]

      For `for batch in batches(...)`: batch.x is [size, ...], batch.y has their labels. Walks through the data in an order that
      belongs to `seed`, anew each time round, until `steps` batches are given (none: once). `drop_last` leaves out a round's
      last, smaller batch.
      """,
      example: "for b in batches(zeros([8, 4, 4, 1]), range(8), size = 4) { print(b.x.shape) }",
      fails: [
        .argument("batches(zeros([8, 4, 4, 1]), range(8), size = 9)", "`size` is 9; expected 1 to 8, as many as there are images"),
        .argument("batches(zeros([8, 4, 4, 1]), range(7), size = 4)", "`y` is float32[7]; expected 8 labels, one an image"),
      ],
      see: ["train", "load", "image_values"]
    ) { call in
      let batches = try Batches(
        call.dataSet("x", labels: "y"), size: call.integer("size", in: 1...Int.max),
        steps: call.optionalInteger("steps"), seed: call.integer("seed"), dropLast: call.bool("drop_last"))
      return .object(LazySequence("batches", count: batches.steps) {
        let walk = batches.walk()
        return {
          guard let batch = try walk.next() else { return nil }
          return .record(["x": .tensor(batch.x), "y": batch.y.map { .tensor($0) } ?? .none])
        }
      })
    },
    Builtin(
      "image_values(x)", "bytes as numbers in [-1, 1]: x / 127.5 - 1",
      example: "image_values(tensor([0, 255], \"uint8\"))",
      fails: [
        .type("image_values(\"a.png\")", "image_values: `x` is a string; expected a tensor, a number or a list of numbers"),
      ],
      see: ["to_image"]
    ) { call in
      .tensor(try imageValues(call.tensor("x")))
    },
  ])
}

extension Call {
  fileprivate func write(_ value: Value, to path: String) throws {
    if case .object(let object) = value {
      switch object {
      case let run as TrainingRun:
        // Ours holds settings and random key too; flax' is what the authors' code restores.
        return try path.lowercased().hasSuffix(".safetensors") ? run.state.save(to: path) : Formats::save(run.state.checkpoint(), to: path)
      case let picture as Picture: return try picture.save(to: path)
      case let plot as Plot: return try plot.save(to: path)
      case let animation as Animation: return try animation.save(to: path)
      case let model as Model:
        return try Formats::save(model.network.p.file(for: path), to: path)
      default: break
      }
    }
    if path.lowercased().hasSuffix(".png"), let tensor = try value.asTensor() {
      let pictures = try Picture.pictures(of: tensor.shown())
      return try Picture.grid(pictures).save(to: path)
    }
    guard let contents = try value.fileValue() else {
      throw error(.type, "\(value.kindInWords) has no form in files", argument: "value")
    }
    try Formats::save(contents, to: path)
  }
}

extension Call {
  /// A file that is not there, with the one that may have been meant: in its folder, or among the shipped ones.
  fileprivate func missing(_ path: String, _ problem: FormatError) -> any Error {
    let near = SourceFile.nearest(to: path, as: path) ?? nearestName(to: path, among: EmbeddedData.names)
    guard let near, !FileManager.default.fileExists(atPath: path) else { return problem }
    return error(.io, problem.message, argument: "path", hint: "did you mean \"\(near)\"?")
  }
}
