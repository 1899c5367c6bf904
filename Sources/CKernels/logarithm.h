// float32 log and log1p. x = 2^e m with m between sqrt(1/2) and sqrt(2), and f = m - 1; then
// log x = e ln 2 + log(1 + f). Largest errors in units in the last place, over all floats: log 0.9,
// log1p 1.4.
#ifndef LOGARITHM_H
#define LOGARITHM_H

#include "bits.h"

#include <math.h>
#include <stdbool.h>

/// e ln 2 + log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1: relative error of log(1 + f) 2^-30.
INLINE float logarithm_of_parts(float e, float f) {
  float p = 6.7466513e-2f;
  p = p * f - 1.1675669e-1f;
  p = p * f + 1.1888167e-1f;
  p = p * f - 1.24055865e-1f;
  p = p * f + 1.4219552e-1f;
  p = p * f - 1.6667996e-1f;
  p = p * f + 2.0002119e-1f;
  p = p * f - 2.500001e-1f;
  p = p * f + 3.3333313e-1f;
  const float square = f * f;
  float tail = p * f * square + e * LN2_LOW;
  tail = tail - 0.5f * square;
  return e * LN2_HIGH + (f + tail);
}

/// The exponent e of a normal x > 0 whose fraction lies between sqrt(1/2) and sqrt(2).
INLINE int32_t centred_exponent(float x) { return (int32_t)(bits_of(x) - 0x3f3504f3) >> 23; }

/// x 2^-e, where e is its centred exponent.
INLINE float centred_fraction(float x, int32_t e) {
  return from_bits(bits_of(x) - ((uint32_t)e << 23));
}

/// What log gives outside of the positive finite numbers: infinity for itself, -infinity for 0,
/// else NaN.
INLINE float logarithm_or_limit(float x, float value) {
  const float limit = x == 0 ? -INFINITY : x == INFINITY ? x : NAN;
  return x > 0 && x < INFINITY ? value : limit;
}

INLINE float logarithm(float x) {
  const bool tiny = x < 0x1p-126f;  // a denormal number has no exponent of its own
  const float normal = tiny ? x * 0x1p23f : x;
  const int32_t e = centred_exponent(normal);
  const float f = centred_fraction(normal, e) - 1;
  return logarithm_or_limit(x, logarithm_of_parts((float)(tiny ? e - 23 : e), f));
}

/// log(u) with u = 1 + x, whose rounding error comes back into f. It is zero where 2^-e would
/// underflow.
INLINE float logarithm_of_one_plus(float x) {
  const float u = 1 + x, v = u - 1;
  const float error = (1 - (u - v)) + (x - v);
  const int32_t e = centred_exponent(u);
  const float f = (centred_fraction(u, e) - 1) + error * power_of_two(e < 64 ? -e : -64);
  return logarithm_or_limit(u, x == 0 ? x : logarithm_of_parts((float)e, f));
}

#endif
