// What files hold, in terms that every layer knows.

public import OrderedCollections
public import Tensor

/// The contents of a file.
public indirect enum FileValue: Sendable {
  case none
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([FileValue])
  /// Fields in the order of the file.
  case record(OrderedDictionary<String, FileValue>)
  case tensor(Tensor)
  case image(Raster)
}

/// Pixels of a picture file.
public struct Raster: Sendable, Hashable {
  public let width: Int
  public let height: Int
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  public let channels: Int
  /// channels * width * height bytes, rows from the top.
  public let bytes: [UInt8]

  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }
}
