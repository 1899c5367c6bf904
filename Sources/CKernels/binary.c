// Two-operand kernels: a formula for each operation, a loop for each formula and type, one table at
// the end. Integers wrap around and never trap; division and remainder follow Python: floor, and
// the sign of the divisor.
#include "CKernels.h"
#include "dispatch.h"
#include "exponential.h"

#include <math.h>

/// a [n], b [n] -> y [n]; y may be a or b.
#define BINARY(name, type, result, formula)                                     \
  CLONES static void name(const void *as, const void *bs, void *ys, size_t n) { \
    const type *left = as, *right = bs;                                         \
    result *output = ys;                                                        \
    EACH for (size_t i = 0; i < n; i++) {                                       \
      const type a = left[i], b = right[i];                                     \
      output[i] = formula;                                                      \
    }                                                                           \
  }

/// The same where the formula has branches or calls the C library, which no vector lane can.
#define LIBRARY(name, type, formula)                                     \
  static void name(const void *as, const void *bs, void *ys, size_t n) { \
    const type *left = as, *right = bs;                                  \
    type *output = ys;                                                   \
    for (size_t i = 0; i < n; i++) {                                     \
      const type a = left[i], b = right[i];                              \
      output[i] = formula;                                               \
    }                                                                    \
  }

#define ARITHMETIC(suffix, type, wrapping)                                 \
  BINARY(add_##suffix, type, type, (type)((wrapping)a + (wrapping)b))      \
  BINARY(subtract_##suffix, type, type, (type)((wrapping)a - (wrapping)b)) \
  BINARY(multiply_##suffix, type, type, (type)((wrapping)a * (wrapping)b))

/// Of two numbers one of which may be NaN, NaN.
#define EXTREMES(suffix, type)                                  \
  BINARY(maximum_##suffix, type, type, a > b || a != a ? a : b) \
  BINARY(minimum_##suffix, type, type, a < b || a != a ? a : b)

#define COMPARISONS(suffix, type)                   \
  BINARY(equal_##suffix, type, uint8_t, a == b)     \
  BINARY(not_equal_##suffix, type, uint8_t, a != b) \
  BINARY(less_##suffix, type, uint8_t, a < b)       \
  BINARY(less_equal_##suffix, type, uint8_t, a <= b)

/// b == -1 is set apart because the smallest integer divided by it overflows, which traps.
#define INTEGER_DIVISION(suffix, type, wrapping)                         \
  INLINE type floor_divide_##suffix##_of(type a, type b) {               \
    if (b == 0) return 0;                                                \
    if (b == -1) return (type)(0 - (wrapping)a);                         \
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));               \
  }                                                                      \
  INLINE type remainder_##suffix##_of(type a, type b) {                  \
    if (b == 0 || b == -1) return 0;                                     \
    const type rest = a % b;                                             \
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;         \
  }                                                                      \
  LIBRARY(floor_divide_##suffix, type, floor_divide_##suffix##_of(a, b)) \
  LIBRARY(remainder_##suffix, type, remainder_##suffix##_of(a, b))

/// Products of squares; wraps around. The caller has refused negative exponents.
#define INTEGER_POWER(suffix, type, wrapping)                                  \
  INLINE type power_##suffix##_of(type a, type b) {                            \
    wrapping result = 1, square = (wrapping)a;                                 \
    for (wrapping rest = (wrapping)b; rest != 0; rest >>= 1, square *= square) \
      if (rest & 1) result *= square;                                          \
    return (type)result;                                                       \
  }                                                                            \
  LIBRARY(power_##suffix, type, power_##suffix##_of(a, b))

/// As CPython's floats do it, but division by zero gives an infinity or NaN.
#define FLOAT_DIVISION(suffix, type, fmod, floor, copysign)              \
  INLINE type remainder_##suffix##_of(type a, type b) {                  \
    const type rest = fmod(a, b);                                        \
    if (rest == 0) return copysign(rest, b);                             \
    return (rest < 0) != (b < 0) ? rest + b : rest;                      \
  }                                                                      \
  INLINE type floor_divide_##suffix##_of(type a, type b) {               \
    if (b == 0) return a / b;                                            \
    const type rest = fmod(a, b);                                        \
    type quotient = (a - rest) / b;                                      \
    if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;               \
    if (quotient == 0) return copysign(quotient, a / b);                 \
    const type below = floor(quotient);                                  \
    return quotient - below > (type)0.5 ? below + 1 : below;             \
  }                                                                      \
  LIBRARY(floor_divide_##suffix, type, floor_divide_##suffix##_of(a, b)) \
  LIBRARY(remainder_##suffix, type, remainder_##suffix##_of(a, b))       \
  BINARY(divide_##suffix, type, type, a / b)

ARITHMETIC(uint8, uint8_t, uint32_t)
ARITHMETIC(int32, int32_t, uint32_t)
ARITHMETIC(int64, int64_t, uint64_t)
ARITHMETIC(float32, float, float)
ARITHMETIC(float64, double, double)
EXTREMES(uint8, uint8_t)
EXTREMES(int32, int32_t)
EXTREMES(int64, int64_t)
EXTREMES(float32, float)
EXTREMES(float64, double)
COMPARISONS(uint8, uint8_t)
COMPARISONS(int32, int32_t)
COMPARISONS(int64, int64_t)
COMPARISONS(float32, float)
COMPARISONS(float64, double)
INTEGER_DIVISION(int32, int32_t, uint32_t)
INTEGER_DIVISION(int64, int64_t, uint64_t)
FLOAT_DIVISION(float32, float, fmodf, floorf, copysignf)
FLOAT_DIVISION(float64, double, fmod, floor, copysign)
INTEGER_POWER(int32, int32_t, uint32_t)
INTEGER_POWER(int64, int64_t, uint64_t)
LIBRARY(power_float32, float, powf(a, b))
LIBRARY(power_float64, double, pow(a, b))
BINARY(swiglu_float32, float, float, a * sigmoid(a) * b)
LIBRARY(swiglu_float64, double, a / (1 + exp(-a)) * b)
BINARY(and_bool, uint8_t, uint8_t, a & b)
BINARY(or_bool, uint8_t, uint8_t, a | b)

#define FLOATS(name) [IMF_FLOAT32] = name##_float32, [IMF_FLOAT64] = name##_float64
#define NUMBERS(name) [IMF_INT32] = name##_int32, [IMF_INT64] = name##_int64, FLOATS(name)
#define BYTES_AND_NUMBERS(name) [IMF_UINT8] = name##_uint8, NUMBERS(name)
#define ALL(name) [IMF_BOOL] = name##_uint8, BYTES_AND_NUMBERS(name)

static const imf_binary kernels[IMF_BINARIES][IMF_TYPES] = {
  [IMF_ADD] = {BYTES_AND_NUMBERS(add)},
  [IMF_SUBTRACT] = {BYTES_AND_NUMBERS(subtract)},
  [IMF_MULTIPLY] = {BYTES_AND_NUMBERS(multiply)},
  [IMF_DIVIDE] = {FLOATS(divide)},
  [IMF_POWER] = {NUMBERS(power)},
  [IMF_MAXIMUM] = {BYTES_AND_NUMBERS(maximum)},
  [IMF_MINIMUM] = {BYTES_AND_NUMBERS(minimum)},
  [IMF_FLOOR_DIVIDE] = {NUMBERS(floor_divide)},
  [IMF_REMAINDER] = {NUMBERS(remainder)},
  [IMF_SWIGLU] = {FLOATS(swiglu)},
  [IMF_EQUAL] = {ALL(equal)},
  [IMF_NOT_EQUAL] = {ALL(not_equal)},
  [IMF_LESS] = {ALL(less)},
  [IMF_LESS_EQUAL] = {ALL(less_equal)},
  [IMF_AND] = {[IMF_BOOL] = and_bool},
  [IMF_OR] = {[IMF_BOOL] = or_bool},
};

imf_binary imf_binary_kernel(imf_binary_op op, imf_type type) {
  return op < IMF_BINARIES && type < IMF_TYPES ? kernels[op][type] : NULL;
}
