// Conversions between every two element types: one formula for each kind of pair, one table.
// All conversions of a bfloat16 pass through float32.
#include "CKernels.h"
#include "bfloat16.h"
#include "dispatch.h"

/// Truncates x to an integer in lowest ... highest, where above is the first value past highest;
/// NaN gives 0.
#define SATURATE(type, x, lowest, highest, above) \
  ((x) >= (above) ? (highest) : (x) <= (lowest) ? (lowest) : (x) == (x) ? (type)(x) : 0)

#define CAST(name, from, to, formula)                           \
  CLONES static void name(const void *xs, void *ys, size_t n) { \
    const from *input = xs;                                     \
    to *output = ys;                                            \
    EACH for (size_t i = 0; i < n; i++) {                       \
      const from x = input[i];                                  \
      output[i] = formula;                                      \
    }                                                           \
  }

#define FROM_INTEGER(name, from)                             \
  CAST(name##_to_bool, from, uint8_t, x != 0)                \
  CAST(name##_to_uint8, from, uint8_t, (uint8_t)x)           \
  CAST(name##_to_int32, from, int32_t, (int32_t)x)           \
  CAST(name##_to_int64, from, int64_t, (int64_t)x)           \
  CAST(name##_to_bfloat16, from, bfloat16, narrow((float)x)) \
  CAST(name##_to_float32, from, float, (float)x)             \
  CAST(name##_to_float64, from, double, (double)x)

#define INT32(x) SATURATE(int32_t, x, INT32_MIN, INT32_MAX, 0x1p31f)
#define INT64(x) SATURATE(int64_t, x, INT64_MIN, INT64_MAX, 0x1p63f)

#define FROM_FLOAT(name, from, value)                                                  \
  CAST(name##_to_bool, from, uint8_t, value != 0)                                      \
  CAST(name##_to_uint8, from, uint8_t, (uint8_t)SATURATE(int32_t, value, 0, 255, 256)) \
  CAST(name##_to_int32, from, int32_t, INT32(value))                                   \
  CAST(name##_to_int64, from, int64_t, INT64(value))                                   \
  CAST(name##_to_bfloat16, from, bfloat16, narrow((float)value))                       \
  CAST(name##_to_float32, from, float, (float)value)                                   \
  CAST(name##_to_float64, from, double, (double)value)

FROM_INTEGER(bool, uint8_t)
FROM_INTEGER(uint8, uint8_t)
FROM_INTEGER(int32, int32_t)
FROM_INTEGER(int64, int64_t)
FROM_FLOAT(bfloat16, bfloat16, widen(x))
FROM_FLOAT(float32, float, x)
FROM_FLOAT(float64, double, x)

static void copy_1(const void *x, void *y, size_t n) { memmove(y, x, n); }
static void copy_2(const void *x, void *y, size_t n) { memmove(y, x, n * 2); }
static void copy_4(const void *x, void *y, size_t n) { memmove(y, x, n * 4); }
static void copy_8(const void *x, void *y, size_t n) { memmove(y, x, n * 8); }

static const imf_unary copies[IMF_TYPES] = {copy_1, copy_1, copy_4, copy_8, copy_2, copy_4, copy_8};

/// A row of the table, in TYPE-ORDER; the conversion to itself is replaced by a copy below.
#define ROW(name)                                                                         \
  {name##_to_bool, name##_to_uint8, name##_to_int32, name##_to_int64, name##_to_bfloat16, \
   name##_to_float32, name##_to_float64}

static const imf_unary kernels[IMF_TYPES][IMF_TYPES] = {
  [IMF_BOOL] = ROW(bool),
  [IMF_UINT8] = ROW(uint8),
  [IMF_INT32] = ROW(int32),
  [IMF_INT64] = ROW(int64),
  [IMF_BFLOAT16] = ROW(bfloat16),
  [IMF_FLOAT32] = ROW(float32),
  [IMF_FLOAT64] = ROW(float64),
};

imf_unary imf_cast_kernel(imf_type from, imf_type to) {
  if (from >= IMF_TYPES || to >= IMF_TYPES) return NULL;
  return from == to ? copies[from] : kernels[from][to];
}
