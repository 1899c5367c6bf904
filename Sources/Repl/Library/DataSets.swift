// Data sets as values of the language.

import Lang
import MeanFlow
import Tensor

/// A data set that lies in files.
struct DataSource: LanguageObject {
  let data: any DataSet
  let about: String

  var typeName: String { "data set" }
  var summary: String { "data set of \(data.count) images \(data.imageShape), \(about)" }
  var count: Int? { data.count }
  var fieldNames: [String] { ["count", "shape", "classes", "unreadable"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "classes": .list(((data as? ImageFolder)?.classes ?? []).map { .string($0) })
    case "unreadable": .list(((data as? any FileDataSet)?.problems ?? []).map { .string($0) })
    case "count": .number(Double(data.count))
    case "shape": .list(data.imageShape.map { .number(Double($0)) })
    default: nil
    }
  }
}

extension Call {
  fileprivate func unreadable() throws -> UnreadablePolicy {
    let word = try choice("unreadable", UnreadablePolicy.allCases.map(\.rawValue))
    return UnreadablePolicy(rawValue: word) ?? .stop
  }

  /// Images with labels beside them, a record of both, or a data set.
  func dataSet(_ name: String, labels: String) throws -> any DataSet {
    switch self[name] {
    case .object(let object):
      guard let source = object as? DataSource else { throw error(.type, "`\(name)` is \(self[name].kindInWords); expected images or a data set", argument: name) }
      guard self[labels].isNone else { throw error(.argument, "a data set has labels of its own", argument: labels) }
      return source.data
    case .record(let record):
      guard let images = try (record["images"] ?? record["x"])?.asTensor() else {
        throw error(.type, "`\(name)` has the fields \(record.keys.joined(separator: ", ")); expected images and labels", argument: name)
      }
      return try ArrayDataSet(images: images, labels: optionalTensor(labels) ?? (record["labels"] ?? record["y"])?.asTensor())
    default: break
    }
    return try ArrayDataSet(images: tensor(name), labels: optionalTensor(labels))
  }
}

extension Library {
  static let dataSets = Library("Data sets", [
    Builtin(
      "latents(folder, unreadable = \"stop\")",
      """
      latents as a data set: the authors' files `train/00000000.pt`, or packed ones of `prepare` or `pack_latents`

      Each image is drawn anew from its mean and deviation and normalised, as the reference does, with random numbers of the
      batch's own: a resumed run draws what it would have drawn. Files are read beside the step under way. An unreadable one ends
      the run with its name, or with `unreadable = "skip"` is counted, named in the field `unreadable`, and replaced by the
      next. For `train(state, latents(folder), ...)` and `batches`.
      """,
      example: "try latents(\"missing\") catch err { err.kind }",
      fails: [
        .io("latents(\"missing\")", "missing: there are no latents: neither train/00000000.pt nor latents-00000.npy"),
        .value("latents(\"missing\", unreadable = \"ignore\")", "latents: `unreadable` is \"ignore\"; expected \"stop\", \"skip\""),
      ],
      see: ["prepare", "pack_latents", "train", "image_folder"]
    ) { call in
      let folder = try call.string("folder")
      let policy = try call.unreadable()
      if LatentShards.isThere(folder) {
        return .object(DataSource(data: try LatentShards(folder), about: "packed latents of \(folder)"))
      }
      return .object(DataSource(data: try LatentFolder(folder, unreadable: policy), about: "latents of \(folder)"))
    },
    Builtin(
      "pack_latents(from, to, per_shard = 4096)",
      """
      the authors' latent files as a few large arrays that stay mapped: an epoch opens no files; the packed data set

      Costs as much disk again, 32 kB an image of 256 pixels. The folder takes its name once it is whole; what was stopped half way lies
      beside it as `.packing` and is begun anew.
      """,
      example: "try pack_latents(\"missing\", \"packed\") catch err { err.kind }",
      fails: [
        .io("pack_latents(\"missing\", \"packed\")", "missing: there are no latents: neither train/00000000.pt nor latents-00000.npy"),
        .value("pack_latents(\"missing\", \"packed\", per_shard = 0)", "pack_latents: `per_shard` is 0; expected a whole number from 1 to 1048576"),
      ],
      see: ["latents"]
    ) { call in
      let path = try call.string("to")
      let perShard = try call.integer("per_shard", in: 1...1 << 20)
      let source = try LatentFolder(call.string("from"))
      try call.checkWritable(path)
      let progress = Progress("pack", total: source.count)
      defer { progress.finish() }
      try LatentShards.pack(source, to: path, perShard: perShard) { done in
        progress.update(done)
        try Interrupt.check()
      }
      return .object(DataSource(data: try LatentShards(path), about: "packed latents of \(path)"))
    },
    Builtin(
      "image_folder(folder, size, flip = false, unreadable = \"stop\")",
      """
      pictures as a data set: PNG and JPEG files in one folder a class, in the order of the classes' names

      `folder/cat/1.png` is of class 0 where "cat" is the first folder; the field `classes` has the names. Pictures lying in the
      folder itself have no class; folders in a class belong to it. Each is made size x size as the reference prepares images: halved while it is twice as
      large, scaled so that the shorter side fits, cut out of the middle; three channels in [-1, 1]. `flip` mirrors every second image, by
      chance. Files are read beside the step under way; unreadable ones are dealt with as by `latents`.
      """,
      example: "try image_folder(\"missing\", 64) catch err { err.kind }",
      fails: [
        .io("image_folder(\"missing\", 64)", "missing: there is no such folder"),
        .value("image_folder(\"missing\", 0)", "image_folder: `size` is 0; expected a whole number from 1 to 4096"),
      ],
      see: ["latents", "train", "batches"]
    ) { call in
      let folder = try call.string("folder")
      let size = try call.integer("size", in: 1...4096)
      let data = try ImageFolder(folder, size: size, flips: call.bool("flip"), unreadable: call.unreadable())
      return .object(DataSource(data: data, about: "pictures of \(folder)"))
    },
  ])
}
