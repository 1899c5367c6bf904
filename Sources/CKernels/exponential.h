// float32 exp, expm1, sigmoid and tanh. exp(x) = 2^n exp(r) with n the integer nearest to x / ln 2,
// |r| <= ln(2) / 2. Largest errors in units in the last place, over all floats: exp 0.8, expm1 1.4,
// sigmoid 2.0, tanh 1.3.
#ifndef EXPONENTIAL_H
#define EXPONENTIAL_H

#include "bits.h"
#include "lanes.h"

#include <math.h>

/// exp(r) - 1 - r for |r| <= 0.35: relative error of exp(r) - 1 2^-28.
#define SMALL_EXPONENTIAL_TAIL(Number)                                             \
  __attribute__((overloadable)) INLINE Number small_exponential_tail(Number r) {   \
    Number q = 1.5046223e-4f;                                                      \
    q = q * r + 1.3930543e-3f;                                                     \
    q = q * r + 8.34151e-3f;                                                       \
    q = q * r + 4.166651e-2f;                                                      \
    q = q * r + 1.6666636e-1f;                                                     \
    q = q * r + 0.5f;                                                              \
    return q * (r * r);                                                            \
  }
SMALL_EXPONENTIAL_TAIL(float)
SMALL_EXPONENTIAL_TAIL(Lanes)

/// x / ln 2 = n + r / ln 2, for lowest <= x <= highest; x outside is taken for the bound.
INLINE float reduced_exponent(float x, float lowest, float highest, int32_t *n) {
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
  const float shifted = x * 1.44269504f + ROUNDER;
  const float whole = shifted - ROUNDER;
  *n = (int32_t)(bits_of(shifted) - bits_of(ROUNDER));
  return (x - whole * LN2_HIGH) - whole * LN2_LOW;
}

/// The bounds give 0 and infinity. 1 + r is rounded, and what that loses goes into the tail. 2^n is
/// applied in two halves, since n may pass the range of an exponent.
INLINE float exponential(float x) {
  int32_t n;
  const float r = reduced_exponent(x, -104, 89, &n);
  const float sum = 1 + r, lost = r - (sum - 1);
  const int32_t half = n >> 1;
  return (small_exponential_tail(r) + lost + sum) * power_of_two(half) * power_of_two(n - half);
}

/// For x <= 0, at two thirds of the cost; results below the smallest normal number, 1.2e-38, are 0. The lower bound makes
/// 2^n a 0. The lowest bits of a float near ROUNDER are n; its others leave by the shift.
INLINE Lanes exponentials_below(Lanes x) {
  const Lanes lowest = -88.1f;
  x = x < lowest ? lowest : x;
  const Lanes shifted = x * 1.44269504f + ROUNDER, whole = shifted - ROUNDER;
  const Lanes r = (x - whole * LN2_HIGH) - whole * LN2_LOW;
  LaneBits power;
  memcpy(&power, &shifted, sizeof power);
  power = (power << 23) + bits_of(1);
  Lanes factor;
  memcpy(&factor, &power, sizeof factor);
  return (small_exponential_tail(r) + r + 1) * factor;
}

/// (2^n - 1) + 2^n (exp(r) - 1), halved until the end, since 2^128 is no float32. Below -30 the
/// result is -1.
INLINE float exponential_minus_one(float x) {
  int32_t n;
  const float r = reduced_exponent(x, -30, 89, &n);
  const float half = power_of_two(n - 1);
  const float y = 2 * ((small_exponential_tail(r) + r) * half + (half - 0.5f));
  return x == 0 ? x : y;
}

/// exp of -|x| only, which cannot overflow: 1 / (1 + exp(-x)) = exp(x) / (1 + exp(x)). What the sum
/// loses is put back to first order.
INLINE float sigmoid(float x) {
  const float z = exponential(-fabsf(x));
  const float sum = 1 + z, lost = z - (sum - 1);
  const float y = (x < 0 ? z : 1) / sum;
  return y - y * lost;
}

/// An odd polynomial where 1 - 2 / (exp(2x) + 1) would cancel.
INLINE float hyperbolic_tangent(float x) {
  const float u = x * x;
  float p = -5.692442e-3f;
  p = p * u + 2.0628218e-2f;
  p = p * u - 5.3736515e-2f;
  p = p * u + 1.3331406e-1f;
  p = p * u - 3.333328e-1f;
  const float near = p * u * x + x;
  const float far = copysignf(1 - 2 / (exponential(2 * fabsf(x)) + 1), x);
  return fabsf(x) < 0.625f ? near : far;
}

#endif
