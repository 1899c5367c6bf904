#include "CKernels.h"
#define ARG(type) \
static void arg_##type(bool largest, const type *x, int64_t *y, int64_t reduce, int64_t inner, int64_t from, int64_t to) { \
  for (int64_t o = from; o < to; o++) for (int64_t i = 0; i < inner; i++) { \
    const type *s = x + o * reduce * inner + i; int64_t best = 0; \
    for (int64_t r = 1; r < reduce; r++) { type v = s[r * inner], b = s[best * inner]; if (b != b) break; \
      if (v != v || (largest ? v > b : v < b)) best = r; } \
    y[o * inner + i] = best; } }
ARG(uint8_t)
ARG(int32_t)
ARG(int64_t)
ARG(float)
ARG(double)
void imf_arg_reduce(bool largest, imf_type type, const void *x, int64_t *y, int64_t outer, int64_t reduce,
                    int64_t inner, int64_t from, int64_t to) {
  (void)outer;
  switch (type) {
  case IMF_BOOL: case IMF_UINT8: arg_uint8_t(largest, x, y, reduce, inner, from, to); break;
  case IMF_INT32: arg_int32_t(largest, x, y, reduce, inner, from, to); break;
  case IMF_INT64: arg_int64_t(largest, x, y, reduce, inner, from, to); break;
  case IMF_FLOAT32: arg_float(largest, x, y, reduce, inner, from, to); break;
  case IMF_FLOAT64: arg_double(largest, x, y, reduce, inner, from, to); break;
  default: break;
  }
}
