// Operations on batches of images [n, h, w, c], and their windows as arguments.

import Tensor

/// Paddings that have a name.
private let paddingNames = ["same", "valid"]

extension Library {
  static let images = Library("Images", [
    Builtin(
      "conv2d(x, w, stride = 1, padding = 0)",
      """
      convolution of images [n, h, w, c] with kernels [kh, kw, c, outputs]; padding a number, a pair, "same" or "valid"

      Channels come last, as in JAX: images from PyTorch, [n, c, h, w], are turned by `permute(x, [0, 2, 3, 1])`, its kernels
      [outputs, c, kh, kw] by `permute(w, [2, 3, 1, 0])`. `stride` is a number or a pair [height, width]. `padding` adds zeros:
      a number for all sides, a pair [height, width], [[top, bottom], [left, right]], "valid" (none) or "same", which gives
      ceil(size / stride) places.
      """,
      example: "conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 2]), padding = \"same\").shape",
      fails: [
        .shape("conv2d(ones([1, 3, 8, 8]), ones([3, 3, 3, 2]))", "conv2d: channels differ: 8 (x, axis 3) and 3 (w, axis 2)"),
        .value("conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 2]), padding = \"full\")", "conv2d: `padding` is \"full\"; expected \"same\", \"valid\""),
      ],
      options: ["padding": paddingNames], see: ["max_pool", "avg_pool", "pad"]
    ) { call in
      .tensor(try Tensor::conv2d(
        call.tensor("x"), call.tensor("w"), stride: call.pair("stride"), padding: call.padding("padding")))
    },
    Builtin(
      "max_pool(x, size, stride = none, padding = 0)",
      """
      the largest of each window of images [n, h, w, c]; steps of the window's size unless told

      `size`, `stride` and `padding` as for `conv2d`; the border is never picked.
      """,
      example: "max_pool(reshape(arange(16), [1, 4, 4, 1]), 2).shape",
      fails: [.shape("max_pool(ones([4, 4]), 2)", "max_pool: images have four axes [n, h, w, c], not 2")],
      options: ["padding": paddingNames]
    ) { call in
      .tensor(try maxPool(
        call.tensor("x"), size: call.pair("size"), stride: call["stride"].isNone ? nil : call.pair("stride"),
        padding: call.padding("padding")))
    },
    Builtin(
      "avg_pool(x, size, stride = none, padding = 0, count_include_padding = true)",
      """
      the mean of each window of images [n, h, w, c], its border counted or not

      `size`, `stride` and `padding` as for `conv2d`.
      """,
      example: "avg_pool(ones([1, 3, 3, 1]), 3, 1, \"same\", count_include_padding = false).shape",
      fails: [
        .shape("avg_pool(ones([1, 3, 3, 1]), 4)", "avg_pool: a window of 4 x 4 does not fit into an image of 3 x 3"),
      ],
      options: ["padding": paddingNames]
    ) { call in
      .tensor(try avgPool(
        call.tensor("x"), size: call.pair("size"), stride: call["stride"].isNone ? nil : call.pair("stride"),
        padding: call.padding("padding"), countsPadding: call.bool("count_include_padding")))
    },
  ])
}

extension Call {
  /// A whole number for both axes, or [height, width].
  fileprivate func pair(_ name: String) throws -> [Int] {
    let sizes = try shape(name)
    if sizes.count == 1 { return [sizes[0], sizes[0]] }
    guard sizes.count == 2 else { throw mismatch(name, "a number or a pair [height, width]") }
    return sizes
  }

  /// A number, [height, width], [[top, bottom], [left, right]], "same" or "valid".
  fileprivate func padding(_ name: String) throws -> Padding {
    switch self[name] {
    case .string: return try choice(name, paddingNames) == "same" ? .same : .valid
    case .list(let items) where items.contains { if case .list = $0 { true } else { false } }:
      let sides = try items.map { item -> [Int] in
        guard case .list(let ends) = item, ends.count == 2 else {
          throw mismatch(name, "a number, a pair, [[top, bottom], [left, right]], \"same\" or \"valid\"")
        }
        return try ends.map { end in
          guard case .number(let number) = end, let size = Int(exactly: number) else {
            throw error(.type, "`\(name)` holds \(end.quoted); expected whole numbers", argument: name)
          }
          return size
        }
      }
      guard sides.count == 2 else { throw mismatch(name, "two pairs [[top, bottom], [left, right]]") }
      return .sizes(before: [sides[0][0], sides[1][0]], after: [sides[0][1], sides[1][1]])
    default:
      let sizes = try pair(name)
      return .sizes(before: sizes, after: sizes)
    }
  }
}
