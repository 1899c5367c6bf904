// Memory that becomes a tensor once it is filled, by several threads at a time if need be.

/// Row-major elements to be filled. Nobody writes after `tensor()` was called.
public struct TensorBuffer: @unchecked Sendable {
  private let array: NDArray
  /// The elements' memory, uninitialised; valid as long as the buffer or its tensor lives.
  public let bytes: UnsafeMutableRawBufferPointer

  /// Throws `TensorError` where the shape is not possible or memory is short.
  public init(shape: [Int], dtype: DType) throws {
    let count = try elementCount(shape, for: "tensor")
    array = try NDArray(shape: shape, dtype: dtype)
    bytes = UnsafeMutableRawBufferPointer(start: array.storage.pointer, count: count * dtype.size)
  }

  public func tensor() -> Tensor { Tensor(constant: array) }

  /// The elements from a place on as a tensor of another shape, on the same memory.
  public func tensor(from place: Int, shape: [Int]) -> Tensor {
    precondition(place >= 0 && place + shape.reduce(1, *) <= array.count)
    return Tensor(constant: array.with(shape: shape, strides: rowMajorStrides(shape), offset: place))
  }
}
