// Element types, their sizes and how they promote.
// Promotion is by rank in the order of the cases, so an integer tensor meeting float32 gives float32 (as JAX
// and PyTorch do; NumPy would widen to float64, which nobody wants in a network).

import CKernels

/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  // TYPE-ORDER: promotion order, and the numbering of imf_type in CKernels.h.
  case bool, uint8, int32, int64, bfloat16, float32, float64

  public var description: String { rawValue }

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .bool, .uint8: 1
    case .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  public var isFloating: Bool { self == .float32 || self == .float64 || self == .bfloat16 }
  public var isInteger: Bool { self == .int32 || self == .int64 || self == .uint8 }

  /// The type that holds results of mixed operands: the later of the two in promotion order.
  public static func promoted(_ a: DType, _ b: DType) -> DType { a.rank >= b.rank ? a : b }

  private var rank: Int {
    switch self {
    case .bool: 0
    case .uint8: 1
    case .int32: 2
    case .int64: 3
    case .bfloat16: 4
    case .float32: 5
    case .float64: 6
    }
  }

  /// The kernels' number of this type.
  var kernelType: imf_type { imf_type(UInt32(rank)) }
}

/// A Swift type that can fill a tensor or receive its elements.
public protocol Scalar: Sendable, BitwiseCopyable {
  static var dtype: DType { get }
  init()
}

extension Bool: Scalar { public static var dtype: DType { .bool } }
extension UInt8: Scalar { public static var dtype: DType { .uint8 } }
extension Int32: Scalar { public static var dtype: DType { .int32 } }
extension Int64: Scalar { public static var dtype: DType { .int64 } }
extension Float: Scalar { public static var dtype: DType { .float32 } }
extension Double: Scalar { public static var dtype: DType { .float64 } }
