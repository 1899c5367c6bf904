// Numbers too small for a normal one count as 0 wherever tensors are computed, as in XLA: squares of small gradients are
// such numbers, and the processor is a hundred times slower with them.

import CKernels

/// Arithmetic of this thread during the body as in an evaluation: for loops outside whose numbers meet those of inside.
public func withoutDenormals<R>(_ body: () throws -> R) rethrows -> R {
  let former = imf_flush_denormals()
  defer { imf_restore_denormals(former) }
  return try body()
}
