// How windows walk images [n, h, w, c]: what convolution and pooling share.

/// The border of zeros around an image before windows walk it.
public enum Padding: Sendable, Equatable {
  /// None: windows stay inside.
  case valid
  /// As much as gives ceil(size / stride) windows, the odd one at the end: TensorFlow's and JAX's SAME.
  case same
  /// So many before and after, along height and along width.
  case sizes(before: [Int], after: [Int])

  /// The same number on all four sides.
  public static func around(_ size: Int) -> Padding { .sizes(before: [size, size], after: [size, size]) }
}

/// Windows along height and width.
struct Windows: Sendable, Hashable {
  let image: [Int]
  let size: [Int]
  let stride: [Int]
  let before: [Int]
  let after: [Int]
  /// How many there are.
  let count: [Int]

  /// Throws where a size or step is not positive, a border is negative, or the window is larger than the image.
  init(
    over image: [Int], size: [Int], stride: [Int], padding: Padding, for operation: String, _ operands: [Operand]
  ) throws {
    let limit = 1 << 31
    guard size.count == 2, size.allSatisfy({ (1..<limit).contains($0) }) else {
      throw TensorError(.value, operation, operands, "the window's sizes must be two numbers from 1 to 2147483647, not \(size)")
    }
    guard stride.count == 2, stride.allSatisfy({ (1..<limit).contains($0) }) else {
      throw TensorError(.value, operation, operands, "the strides must be two numbers from 1 to 2147483647, not \(stride)")
    }
    switch padding {
    case .valid: (before, after) = ([0, 0], [0, 0])
    case .same:
      let total = (0..<2).map { axis in
        let steps = (image[axis] + stride[axis] - 1) / stride[axis] - 1
        return max(0, steps * stride[axis] + size[axis] - image[axis])
      }
      before = total.map { $0 / 2 }
      after = total.map { $0 - $0 / 2 }
    case .sizes(let low, let high):
      guard low.count == 2, high.count == 2, (low + high).allSatisfy({ (0..<limit).contains($0) }) else {
        throw TensorError(.value, operation, operands, "the padding cannot be \(low) and \(high)")
      }
      (before, after) = (low, high)
    }
    (self.image, self.size, self.stride) = (image, size, stride)
    var count: [Int] = []
    for axis in 0..<2 {
      let rest = image[axis] + before[axis] + after[axis] - size[axis]
      guard rest >= 0 else {
        throw TensorError(
          .shape, operation, operands,
          "a window of \(size[0]) x \(size[1]) does not fit into an image of \(image[0]) x \(image[1])",
          hint: "padding \"same\" adds a border")
      }
      count.append(rest / stride[axis] + 1)
    }
    self.count = count
  }

  private init(image: [Int], size: [Int], stride: [Int], before: [Int], after: [Int], count: [Int]) {
    (self.image, self.size, self.stride) = (image, size, stride)
    (self.before, self.after, self.count) = (before, after, count)
  }

  /// The same along the width; along the height other rows, another border and so many windows.
  func banded(_ rows: Int, before top: Int, after bottom: Int, _ windows: Int) -> Windows {
    Windows(
      image: [rows, image[1]], size: size, stride: stride, before: [top, before[1]], after: [bottom, after[1]],
      count: [windows, count[1]])
  }
}

extension Tensor {
  /// Throws unless this is a batch of images [n, h, w, c].
  func requireImages(for operation: String, _ operands: [Operand]) throws {
    guard rank == 4 else {
      throw TensorError(.shape, operation, operands, "images have four axes [n, h, w, c], not \(rank)")
    }
  }
}
