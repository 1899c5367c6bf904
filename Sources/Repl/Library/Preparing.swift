// Preparing images for training and evaluation.

import Formats
import Lang
import MeanFlow
import Tensor

extension Library {
  static let preparation = Library("Preparation", [
    Builtin(
      "center_crop(image, size)",
      """
      the middle square of an image as the reference prepares it: bytes [size, size, 3]

      Halved by a box filter while the shorter side is at least twice the size, then bicubic so that it is the size, then cropped;
      byte for byte what Pillow 10 to 12 do. `image` is a path, an image, or a tensor of bytes [h, w, 3] or [h, w].
      """,
      example: "center_crop(zeros([40, 30, 3], dtype = \"uint8\"), 16).shape",
      fails: [
        .value("center_crop(zeros([40, 30, 3], dtype = \"uint8\"), 0)", "center_crop: `size` is 0; expected a whole number from 1 to 8192"),
        .shape("center_crop(zeros([4, 40, 30, 3], dtype = \"uint8\"), 16)", "center_crop: `image` must be bytes [h, w, 3] or [h, w], not uint8[4, 40, 30, 3]"),
      ],
      see: ["prepare", "image_values", "load"]
    ) { call in
      let size = try call.integer("size", in: 1...8192)
      return .tensor(try call.raster("image").centerCropped(to: size).tensor())
    },
    Builtin(
      "prepare(source, target, size = 256, vae = none, net = none, statistics = none, format = \"pt\")",
      """
      a folder of images by class made into latents, statistics for FID, or both

      `source` holds a folder a class, whose number is its place by name (`train/n01440764/...`): JPEG, grey and CMYK too, and PNG;
      what a camera says of itself is passed over, its orientation too. Each is cropped by `center_crop`.

      - `vae = vae(path)`: latents go to the folder `target`, as the reference's loader reads them (`00000000.pt`: image [8, h, w],
        mean then std, and label), or with `format = "npy"` packed, moments_00000.npy [n, h, w, 8] and labels_00000.npy, with an index.json
      - `net = inception(path)`: means and covariances go to `statistics` (fid_stats.npz in `target` where it is none) as ref_mu and ref_sigma, with sFID's

      Images that cannot be read are named and left out. What is done is noted in `target`: after Ctrl-C, or a crash, the same call goes
      on there. Under `mpirun` the first process makes all and the others wait. The result is {images, written, unreadable, statistics}.
      """,
      example: "try prepare(\"missing\", \"/tmp/imf-latents\") catch err { err.message }",
      fails: [
        .io("prepare(\"missing\", \"/tmp/imf-latents\")", "missing: there is no such folder"),
        .value("prepare(\"missing\", \"/tmp/imf-latents\", format = \"jpg\")", "prepare: `format` is \"jpg\"; expected \"pt\", \"npy\""),
      ],
      see: ["center_crop", "vae", "inception", "fid"]
    ) { call in try call.prepared() },
  ])
}

extension Raster {
  func tensor() throws -> Tensor { try Tensor(bytes, shape: [height, width, channels]) }
}

extension Call {
  /// An image in red, green and blue.
  fileprivate func raster(_ name: String) throws -> Raster {
    switch self[name] {
    case .string(let path): return try image(path)
    case .object(let object):
      if let picture = object as? Picture { return picture.raster.rgb }
      throw error(.type, "`\(name)` is \(self[name].kindInWords); expected a path, an image or a tensor of bytes", argument: name)
    default:
      let tensor = try tensor(name)
      let shape = tensor.shape, channels = shape.count == 2 ? 1 : shape.last ?? 0
      guard tensor.dtype == .uint8, shape.count == 2 || (shape.count == 3 && [1, 3].contains(channels)), !shape.contains(0) else {
        throw error(
          .shape, "`\(name)` must be bytes [h, w, 3] or [h, w], not \(tensor.dtype.rawValue)\(shape)", argument: name,
          hint: tensor.dtype == .uint8 ? nil : "`to_image` makes bytes of numbers in [-1, 1]")
      }
      return Raster(width: shape[1], height: shape[0], channels: channels, bytes: try tensor.scalars(UInt8.self)).rgb
    }
  }

  /// Seconds between two notes of what is done.
  private static let noting = 60.0

  fileprivate func prepared() throws -> Value {
    let target = try string("target"), form = try choice("format", Preparation.Form.allCases.map(\.rawValue))
    let path = try optionalString("statistics") ?? target + "/fid_stats.npz"
    try checkWritable(target + "/preparation.npz")
    try checkWritable(path)
    let tree = try ImageTree(string("source"))
    // Latents are numbered one after the other: among several processes the first makes all, and the others find it done.
    let ranks = try Ranks.current(), isFirst = ranks?.isFirst ?? true
    if !isFirst { try ranks?.meet() }
    var work = try Preparation(
      tree, to: target, size: integer("size", in: 1...8192), autoencoder: self["vae"].isNone ? nil : codec("vae"),
      inception: inceptionForStatistics(), form: Preparation.Form(rawValue: form) ?? .pt)
    let progress = isFirst ? Progress("prepare", total: tree.items.count) : nil
    defer { progress?.finish() }
    progress?.update(work.next)
    var noted = Terminal.monotonicSeconds()
    do {
      while !work.isComplete {
        try work.advance()
        progress?.update(work.next, ["unreadable": Double(work.unreadable.count)])
        if work.isComplete || Terminal.monotonicSeconds() - noted > Self.noting {
          try work.save()
          noted = Terminal.monotonicSeconds()
        }
      }
    } catch let stopped as Interrupted {
      // The wish is heard: while it stands nothing is computed, not even what the file needs.
      Interrupt.clear()
      try work.save()
      throw stopped
    }
    var result: Record = [
      "images": .number(Double(tree.items.count)), "written": .number(Double(work.written)),
      "unreadable": .list(work.unreadable.map { .record(["path": .string($0.path), "why": .string($0.why)]) }), "statistics": .none,
    ]
    if !self["net"].isNone {
      if isFirst { try save(work.statistics(), to: path) }
      result["statistics"] = .string(path)
    }
    if isFirst { try ranks?.meet() }
    return .record(result)
  }

  private func inceptionForStatistics() throws -> Inception? {
    try self["net"].isNone ? nil : object("net", InceptionNetwork.self, as: "an inception").network
  }
}
