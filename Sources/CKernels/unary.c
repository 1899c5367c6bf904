// One-operand kernels: a formula for each operation, a loop for each formula and type, one table at
// the end. The float32 functions are polynomials (see the headers named for them); float64 calls
// the C library.
#include "CKernels.h"
#include "dispatch.h"
#include "error_function.h"
#include "exponential.h"
#include "logarithm.h"
#include "trigonometric.h"

#include <math.h>

/// x [n] -> y [n]; y may be x.
#define UNARY(name, type, result, formula)                      \
  CLONES static void name(const void *xs, void *ys, size_t n) { \
    const type *input = xs;                                     \
    result *output = ys;                                        \
    EACH for (size_t i = 0; i < n; i++) {                       \
      const type x = input[i];                                  \
      output[i] = formula;                                      \
    }                                                           \
  }

/// The same where the formula calls the C library, which no vector lane can.
#define LIBRARY(name, type, formula)                     \
  static void name(const void *xs, void *ys, size_t n) { \
    const type *input = xs;                              \
    type *output = ys;                                   \
    for (size_t i = 0; i < n; i++) {                     \
      const type x = input[i];                           \
      output[i] = formula;                               \
    }                                                    \
  }

/// s + x s (1 - s), s = sigmoid(x).
INLINE float silu_slope(float x) {
  const float s = sigmoid(x);
  return s + x * s * (1 - s);
}

static double slope_of_silu(double x) {
  const double s = 1 / (1 + exp(-x));
  return s + x * s * (1 - s);
}

#define SIGN(x) ((x) > 0 ? 1 : (x) < 0 ? -1 : (x)) /* the last x keeps NaN */
#define WRAPPING_ABS(x, unsigned_type) ((x) < 0 ? 0 - (unsigned_type)(x) : (unsigned_type)(x))

UNARY(negate_int32, int32_t, int32_t, (int32_t)(0 - (uint32_t)x))
UNARY(negate_int64, int64_t, int64_t, (int64_t)(0 - (uint64_t)x))
UNARY(negate_float32, float, float, -x)
UNARY(negate_float64, double, double, -x)
UNARY(abs_int32, int32_t, int32_t, (int32_t)WRAPPING_ABS(x, uint32_t))
UNARY(abs_int64, int64_t, int64_t, (int64_t)WRAPPING_ABS(x, uint64_t))
UNARY(abs_float32, float, float, fabsf(x))
UNARY(abs_float64, double, double, fabs(x))
UNARY(sign_int32, int32_t, int32_t, SIGN(x))
UNARY(sign_int64, int64_t, int64_t, SIGN(x))
UNARY(sign_float32, float, float, SIGN(x))
UNARY(sign_float64, double, double, SIGN(x))
UNARY(reciprocal_float32, float, float, 1 / x)
UNARY(reciprocal_float64, double, double, 1 / x)
UNARY(sqrt_float32, float, float, sqrtf(x))
UNARY(sqrt_float64, double, double, sqrt(x))
UNARY(rsqrt_float32, float, float, 1 / sqrtf(x))
UNARY(rsqrt_float64, double, double, 1 / sqrt(x))
UNARY(exp_float32, float, float, exponential(x))
LIBRARY(exp_float64, double, exp(x))
UNARY(expm1_float32, float, float, exponential_minus_one(x))
LIBRARY(expm1_float64, double, expm1(x))
UNARY(log_float32, float, float, logarithm(x))
LIBRARY(log_float64, double, log(x))
UNARY(log1p_float32, float, float, logarithm_of_one_plus(x))
LIBRARY(log1p_float64, double, log1p(x))
LIBRARY(sin_float64, double, sin(x))
LIBRARY(cos_float64, double, cos(x))
UNARY(tanh_float32, float, float, hyperbolic_tangent(x))
LIBRARY(tanh_float64, double, tanh(x))
UNARY(sigmoid_float32, float, float, sigmoid(x))
LIBRARY(sigmoid_float64, double, 1 / (1 + exp(-x)))
UNARY(silu_float32, float, float, x * sigmoid(x))
LIBRARY(silu_float64, double, x / (1 + exp(-x)))
UNARY(silu_slope_float32, float, float, silu_slope(x))
LIBRARY(silu_slope_float64, double, slope_of_silu(x))
UNARY(erf_float32, float, float, error_function(x))
LIBRARY(erf_float64, double, erf(x))
UNARY(erfinv_float32, float, float, inverse_error_function(x))
LIBRARY(erfinv_float64, double, inverse_error_function_float64(x))
UNARY(floor_float32, float, float, floorf(x))
UNARY(floor_float64, double, double, floor(x))
UNARY(ceil_float32, float, float, ceilf(x))
UNARY(ceil_float64, double, double, ceil(x))
UNARY(round_float32, float, float, rintf(x))
UNARY(round_float64, double, double, rint(x))
UNARY(isnan_float32, float, uint8_t, x != x)
UNARY(isnan_float64, double, uint8_t, x != x)
UNARY(not_bool, uint8_t, uint8_t, !x)
UNARY(sine_small, float, float, sine(x))
LIBRARY(sine_any, float, fabsf(x) <= LARGEST_ANGLE ? sine(x) : sinf(x))
UNARY(cosine_small, float, float, cosine(x))
LIBRARY(cosine_any, float, fabsf(x) <= LARGEST_ANGLE ? cosine(x) : cosf(x))

/// Compares bits, where NaN is larger than any number, so that the comparison vectorises.
CLONES static bool all_small(const float *x, size_t n) {
  uint32_t largest = 0;
  for (size_t i = 0; i < n; i++) {
    const uint32_t magnitude = bits_of(x[i]) & 0x7fffffff;
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest <= bits_of(LARGEST_ANGLE);
}

static void sin_float32(const void *x, void *y, size_t n) {
  (all_small(x, n) ? sine_small : sine_any)(x, y, n);
}

static void cos_float32(const void *x, void *y, size_t n) {
  (all_small(x, n) ? cosine_small : cosine_any)(x, y, n);
}

#define FLOATS(name) [IMF_FLOAT32] = name##_float32, [IMF_FLOAT64] = name##_float64
#define NUMBERS(name) [IMF_INT32] = name##_int32, [IMF_INT64] = name##_int64, FLOATS(name)

static const imf_unary kernels[IMF_UNARIES][IMF_TYPES] = {
  [IMF_NEGATE] = {NUMBERS(negate)},
  [IMF_ABS] = {NUMBERS(abs)},
  [IMF_SIGN] = {NUMBERS(sign)},
  [IMF_RECIPROCAL] = {FLOATS(reciprocal)},
  [IMF_SQRT] = {FLOATS(sqrt)},
  [IMF_RSQRT] = {FLOATS(rsqrt)},
  [IMF_EXP] = {FLOATS(exp)},
  [IMF_EXPM1] = {FLOATS(expm1)},
  [IMF_LOG] = {FLOATS(log)},
  [IMF_LOG1P] = {FLOATS(log1p)},
  [IMF_SIN] = {FLOATS(sin)},
  [IMF_COS] = {FLOATS(cos)},
  [IMF_TANH] = {FLOATS(tanh)},
  [IMF_SIGMOID] = {FLOATS(sigmoid)},
  [IMF_SILU] = {FLOATS(silu)},
  [IMF_SILU_SLOPE] = {FLOATS(silu_slope)},
  [IMF_ERF] = {FLOATS(erf)},
  [IMF_ERFINV] = {FLOATS(erfinv)},
  [IMF_FLOOR] = {FLOATS(floor)},
  [IMF_CEIL] = {FLOATS(ceil)},
  [IMF_ROUND] = {FLOATS(round)},
  [IMF_ISNAN] = {FLOATS(isnan)},
  [IMF_NOT] = {[IMF_BOOL] = not_bool},
};

imf_unary imf_unary_kernel(imf_unary_op op, imf_type type) {
  return op < IMF_UNARIES && type < IMF_TYPES ? kernels[op][type] : NULL;
}
