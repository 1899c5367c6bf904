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
      "a file's contents, recognised by what is in it: checkpoints of flax and orbax (folder, zip, msgpack), torch .pt .pth, pickled arrays, npz npy safetensors idx(.gz) png json; keys = \"ema_params/*\" reads only those arrays; the shipped data sets by name",
      example: "load(\"digits8.npz\").images.shape"
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
      "write a value in the format of the ending, whole or not at all: .npz .npy .safetensors .msgpack .pt .pth .json .png; a training state or model as .safetensors, or as checkpoint_<step> for flax",
      example: "save(\"/tmp/imf-example.npz\", {x: ones([2, 2])})"
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
      "shuffled batches {x, y}; bytes become numbers in [-1, 1]",
      example: "for b in batches(zeros([8, 4, 4, 1]), range(8), size = 4) { print(b.x.shape) }"
    ) { call in
      let batches = try Batches(
        images: call.tensor("x"), labels: call.optionalTensor("y"), size: call.integer("size", in: 1...Int.max),
        steps: call.optionalInteger("steps"), seed: call.integer("seed"), dropLast: call.bool("drop_last"))
      return .object(LazySequence("batches", count: batches.steps) {
        let walk = batches.walk()
        return {
          guard let batch = try walk.next() else { return nil }
          return .record(["x": .tensor(batch.x), "y": batch.y.map { .tensor($0) } ?? .none])
        }
      })
    },
    Builtin("image_values(x)", "bytes as numbers in [-1, 1]: x / 127.5 - 1", example: "image_values(tensor([0, 255], \"uint8\"))") { call in
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
      case let plot as Plot: return try plot.picture().save(to: path)
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
      throw error(.type, "\(value.typeName) has no form in files", argument: "value")
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
