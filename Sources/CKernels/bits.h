// Floats seen as their bits: 1 sign, 8 exponent (bias 127), 23 fraction. The polynomials' headers
// build on these. Their rules: no branch, no call and no conversion of a number that may not fit,
// so that loops over them vectorise; a selection keeps NaN by letting it fail the comparison.
// Constants come from a Remez exchange with the weights that make the relative error of the result,
// not of the polynomial, smallest.
#ifndef BITS_H
#define BITS_H

#include "dispatch.h"

#include <stdint.h>
#include <string.h>

INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

INLINE float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// 2^n for -126 <= n <= 127.
INLINE float power_of_two(int32_t n) { return from_bits((uint32_t)(n + 127) << 23); }

/// Adding this to |x| < 2^22 rounds x to an integer, which is then in the low bits of the sum.
#define ROUNDER 0x1.8p23f

/// ln 2 in two parts, the first so short that its product with an exponent is exact.
#define LN2_HIGH 0x1.63p-1f
#define LN2_LOW -0x1.bd0106p-13f

#endif
