// A bfloat16 is the upper half of a float32: 1 sign, 8 exponent, 7 fraction.
#ifndef BFLOAT16_H
#define BFLOAT16_H

#include "bits.h"

typedef uint16_t bfloat16;

INLINE float widen(bfloat16 x) {
  const uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// Rounds to nearest, ties to even; NaN stays NaN (rounding up could carry its fraction away to
/// infinity).
INLINE bfloat16 narrow(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (bfloat16)(x != x ? bits >> 16 | 0x40 : rounded);
}

#endif
