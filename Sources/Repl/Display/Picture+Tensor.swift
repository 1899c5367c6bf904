// Tensors as pictures. Shapes: [H, W], [H, W, C], [C, H, W] with C = 1 or 3, and a batch of any of them. Values:
// uint8 as they are; of numbers with a fraction, [-1, 1] when one is negative or none could be seen in [0, 1] (a network
// that has learnt nothing gives zeros: mid grey), [0, 255] when one is above 2, else [0, 1].

import Tensor

extension Picture {
  /// The picture a tensor holds.
  /// - Parameter caption: nil writes dtype and shape.
  /// - Throws: `PictureError.shape` when the shape is no image's, Tensor's errors from evaluation.
  init(_ tensor: Tensor, caption: String? = nil) throws {
    let pictures = try Self.pictures(of: tensor)
    guard pictures.count == 1, tensor.rank < 4 || tensor.shape[0] == 1 else {
      throw PictureError.shape(tensor.shape)
    }
    self = pictures[0]
    self.caption = caption ?? Self.describe(tensor)
  }

  /// The pictures of a batch; of one image, that one.
  /// - Parameter limit: only the first so many are made.
  /// - Throws: `PictureError.shape`, `.empty` for a batch of none, Tensor's errors from evaluation.
  static func pictures(of tensor: Tensor, limit: Int = .max) throws -> [Picture] {
    guard let layout = Layout(tensor.shape, isBytes: tensor.dtype == .uint8) else {
      throw PictureError.shape(tensor.shape)
    }
    guard layout.count > 0 else { throw PictureError.empty("a batch") }
    let count = min(layout.count, max(1, limit))
    let shown = count < layout.count ? try tensor.narrowed(axis: 0, 0..<count) : tensor
    let bytes = try bytes(of: shown)
    let size = layout.width * layout.height * layout.channels
    return try (0..<count).map { index in
      let own = Array(bytes[(index * size)..<((index + 1) * size)])
      return try Picture(
        width: layout.width, height: layout.height, channels: layout.channels,
        bytes: layout.isChannelsFirst ? layout.interleaved(own) : own)
    }
  }

  /// Whether `pictures(of:)` would take the shape.
  static func isImageShape(_ tensor: Tensor) -> Bool {
    guard let layout = Layout(tensor.shape, isBytes: tensor.dtype == .uint8) else { return false }
    return layout.count > 0
  }

  /// The picture as a uint8 tensor [H, W, 3].
  func tensor() throws -> Tensor { try Tensor(pixels, shape: [height, width, 3]) }

  /// `uint8[8, 28, 28, 1]`.
  static func describe(_ tensor: Tensor) -> String {
    "\(tensor.dtype.rawValue)[\(tensor.shape.map(String.init).joined(separator: ", "))]"
  }

  /// Below this everything would be black in [0, 1].
  static let faintest: Float = 1 / 255

  private static func bytes(of tensor: Tensor) throws -> [UInt8] {
    if tensor.dtype == .uint8 { return try tensor.scalars(UInt8.self) }
    let values = try tensor.scalars(Float.self)
    if !tensor.dtype.isFloating {
      let scale: Float = tensor.dtype == .bool ? 255 : 1
      return values.map { UInt8(max(0, min(255, $0 * scale))) }
    }
    var low: Float = 0
    var high: Float = 0
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    let (scale, shift): (Float, Float) = low < 0 || high < faintest ? (127.5, 127.5) : high > 2 ? (1, 0) : (255, 0)
    return values.map { value in
      guard !value.isNaN else { return 0 }
      return UInt8(max(0, min(255, (value * scale + shift).rounded())))
    }
  }
}

/// Where an image's axes are in a shape.
private struct Layout {
  var count = 1
  var height: Int
  var width: Int
  var channels = 1
  var isChannelsFirst = false

  /// - Parameter isBytes: bytes of rank 3 without channels are a batch of grey images.
  init?(_ shape: [Int], isBytes: Bool) {
    var shape = shape
    func isChannels(_ size: Int) -> Bool { size == 1 || size == 3 }
    if shape.count == 4 || (shape.count == 3 && !isChannels(shape[2]) && !isChannels(shape[0]) && isBytes) {
      count = shape.removeFirst()
    }
    switch shape.count {
    case 2: break
    case 3 where isChannels(shape[2]): channels = shape.removeLast()
    case 3 where isChannels(shape[0]):
      channels = shape.removeFirst()
      isChannelsFirst = channels > 1
    default: return nil
    }
    (height, width) = (shape[0], shape[1])
    guard (1...Picture.longestSide).contains(height), (1...Picture.longestSide).contains(width) else {
      return nil
    }
  }

  /// Planes of one channel each, as pixels.
  func interleaved(_ planes: [UInt8]) -> [UInt8] {
    let plane = width * height
    return (0..<plane).flatMap { pixel in (0..<channels).map { planes[$0 * plane + pixel] } }
  }
}
