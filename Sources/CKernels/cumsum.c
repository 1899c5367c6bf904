#include "CKernels.h"
#define CUMSUM(type, wide) \
static void cumsum_##type(const type *x, type *y, int64_t reduce, int64_t inner, int64_t from, int64_t to) { \
  for (int64_t o = from; o < to; o++) for (int64_t i = 0; i < inner; i++) { \
    const int64_t s = o * reduce * inner + i; wide sum = 0; \
    for (int64_t r = 0; r < reduce; r++) { sum += (wide)x[s + r * inner]; y[s + r * inner] = (type)sum; } } }
CUMSUM(int32_t, uint32_t)
CUMSUM(int64_t, uint64_t)
CUMSUM(float, double)
CUMSUM(double, double)
void imf_cumsum(imf_type type, const void *x, void *y, int64_t outer, int64_t reduce, int64_t inner, int64_t from,
                int64_t to) {
  (void)outer;
  switch (type) {
  case IMF_INT32: cumsum_int32_t(x, y, reduce, inner, from, to); break;
  case IMF_INT64: cumsum_int64_t(x, y, reduce, inner, from, to); break;
  case IMF_FLOAT32: cumsum_float(x, y, reduce, inner, from, to); break;
  case IMF_FLOAT64: cumsum_double(x, y, reduce, inner, from, to); break;
  default: break;
  }
}
