// Pictures and progress.

import Lang
import Tensor

extension Library {
  static let shows = Library("Pictures and progress", [
    Builtin(
      "show(x, range = none)",
      """
      an image or a plot, inline; images [n, H, W, C] as a grid; everything else as text

      `range` [black, white] says what floats of images mean, as for `grid`. Where the terminal shows no pictures they come as
      blocks or are described: `--images` chooses.
      """,
      example: "show(grid(zeros([4, 8, 8, 1])))",
      fails: [
        .value("show(zeros([4, 8, 8, 1]), range = [1, 0])", "show: `range` needs two numbers, black and white: [-1, 1]"),
      ],
      see: ["grid", "plot", "print", "save"]
    ) { call in
      try call.display(call["x"])
      return .none
    },
    Builtin(
      "animate(frames, fps = 8, range = none)",
      """
      images one after the other: how samples change in training

      `frames` is a list of images, plots, or tensors that hold images (a batch becomes a grid), at most 1000; `fps` is how many are shown
      a second; `range` says what floats mean, as for `grid`, in all frames alike. At the prompt and by `show` it is played once, in place, and ends with the last frame; Ctrl-C goes there at once.
      `save("training.png", a)` writes an animated PNG, which browsers and notebooks play.
      """,
      example: "animate([zeros([8, 8]), ones([8, 8])], fps = 2)",
      fails: [
        .type("animate(3)", "animate: `frames` is a number; expected a list of images"),
        .shape("animate([])", "an animation of no images"),
        .value("animate([zeros([8, 8])], fps = 0)", "animate: `fps` is 0; expected more than 0, at most 60"),
      ],
      see: ["show", "grid", "save"]
    ) { call in
      guard case .list(let items) = call["frames"] else {
        throw call.error(.type, "`frames` is \(call["frames"].kindInWords); expected a list of images", argument: "frames")
      }
      let fps = try call.number("fps")
      guard fps > 0, fps <= 60 else {
        throw call.error(.value, "`fps` is \(NumberText.short(fps)); expected more than 0, at most 60", argument: "fps")
      }
      let range = try call.valueRange() ?? commonRange(items)
      return .object(try Animation(items.map { try call.frame($0, range) }, framesPerSecond: fps))
    },
    Builtin(
      "progress(xs, title = \"progress\")", "walks xs and shows how far it has come",
      example: "for x in progress([1, 2]) { x }",
      fails: [
        .type("progress(100)", "progress: `xs` is a number; expected something to walk: a list, range or tensor"),
      ],
      see: ["enumerate"]
    ) { call in
      let xs = call["xs"]
      let title = try call.string("title")
      _ = try call.iterator("xs")
      return .object(LazySequence("progress", count: xs.count) {
        let next = try xs.iterator()
        let progress = Progress(title, total: xs.count)
        var done = 0
        return {
          if done > 0 { progress.update(done) }
          guard let item = try next?() else {
            progress.finish()
            return nil
          }
          done += 1
          return item
        }
      })
    },
  ])
}

extension Call {
  /// A frame of an animation.
  fileprivate func frame(_ value: Value, _ range: ClosedRange<Double>?) throws -> Picture {
    if case .object(let object) = value, let plot = object as? Plot { return try plot.picture() }
    if let tensor = try value.asTensor(), tensor.rank == 4 { return try Picture.grid(Picture.pictures(of: tensor.shown(range), limit: 256)) }
    return try picture(value, "frames", range)
  }

  /// As `show` does: pictures as pictures, tensors that hold images as a grid.
  fileprivate func display(_ value: Value) throws {
    switch value {
    case .object(let object):
      if let picture = object as? Picture { return Stage.show(.picture(picture)) }
      if let plot = object as? Plot { return Stage.show(.plot(plot)) }
      if let animation = object as? Animation { return Stage.show(.animation(animation)) }
    case .tensor(let tensor) where tensor.rank >= 3 && Picture.isImageShape(tensor):
      var picture = try Picture.grid(Picture.pictures(of: tensor.shown(valueRange()), limit: 256))
      picture.caption = Picture.describe(tensor)
      return Stage.show(.picture(picture))
    case .list(let items) where !items.isEmpty && items.allSatisfy(\.isPicture):
      return Stage.show(.picture(try Picture.grid(items.map { try picture($0, "x") })))
    default: break
    }
    print(value.text + "\n")
  }
}

/// What floats of all frames mean, so that none is brighter for its own numbers alone: [-1, 1] where one of them is negative;
/// nil leaves it to each.
private func commonRange(_ frames: [Value]) throws -> ClosedRange<Double>? {
  for case .tensor(let tensor) in frames where tensor.dtype.isFloating && tensor.count > 0 {
    let found = try tensor.statistics()
    if found.finite > 0, found.min < 0 { return -1...1 }
  }
  return nil
}

extension Value {
  fileprivate var isPicture: Bool {
    if case .object(let object) = self { object is Picture } else { false }
  }
}
