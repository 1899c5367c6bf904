// float32 sin and cos up to LARGEST_ANGLE: a quarter turn is taken off in float64, where the
// product of the count (17 bits) and the first part of pi / 2 (33 bits) is exact; polynomials of at
// most pi / 4 do the rest. Largest error: 1.5 units in the last place. Beyond, the caller asks the C
// library.
#ifndef TRIGONOMETRIC_H
#define TRIGONOMETRIC_H

#include "bits.h"

#define LARGEST_ANGLE 1e5f

/// x minus the nearest multiple of pi / 2; the count of quarters modulo 4 in the low bits of
/// `quarters`.
INLINE float reduced_angle(float x, uint32_t *quarters) {
  const double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52;
  const double whole = shifted - 0x1.8p52;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  *quarters = (uint32_t)bits;
  return (float)((x - whole * 0x1.921fb544p0) - whole * 0x1.0b4611a626331p-34);
}

/// sin(r) where `quarters` is even and cos(r) where it is odd, negated where its second bit is set.
INLINE float sine_of_quarters(float r, uint32_t quarters) {
  const float u = r * r;
  float s = 2.83251e-6f;
  s = s * u - 1.9853064e-4f;
  s = s * u + 8.333379e-3f;
  s = s * u - 1.6666667e-1f;
  float c = 2.4432327e-5f;
  c = c * u - 1.388731e-3f;
  c = c * u + 4.1666646e-2f;
  const float y = quarters & 1 ? c * u * u - 0.5f * u + 1 : s * u * r + r;
  return from_bits(bits_of(y) ^ (quarters & 2) << 30);
}

INLINE float sine(float x) {
  uint32_t quarters;
  const float r = reduced_angle(x, &quarters);
  return sine_of_quarters(r, quarters);
}

INLINE float cosine(float x) {
  uint32_t quarters;
  const float r = reduced_angle(x, &quarters);
  return sine_of_quarters(r, quarters + 1);
}

#endif
