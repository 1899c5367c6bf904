// Rows picked by index, and its transpose, rows added at indices: the two halves of an embedding's
// derivative. Rows are moved whole; sums run in the order of the indices, so that repeated ones add
// up the same way each time.
#include "CKernels.h"
#include "dispatch.h"

#include <string.h>

/// Rows of one element are moved in registers.
#define COPY_ROWS(type)                                                       \
  for (int64_t i = first; i < last; i++)                                      \
    ((type *)target)[i] = ((const type *)source)[index[i]];

void imf_take(const void *x, const int64_t *index, void *y, int64_t rows, int64_t count,
              size_t width_bytes, int64_t from, int64_t to) {
  for (int64_t row = from; row < to;) {
    const int64_t o = row / count, first = row % count;
    const int64_t last = count - first < to - row ? count : first + (to - row);
    const char *source = (const char *)x + (size_t)(o * rows) * width_bytes;
    char *target = (char *)y + (size_t)(o * count) * width_bytes;
    switch (width_bytes) {
    case 4: COPY_ROWS(uint32_t) break;
    case 8: COPY_ROWS(uint64_t) break;
    default:
      for (int64_t i = first; i < last; i++)
        memcpy(target + (size_t)i * width_bytes, source + (size_t)index[i] * width_bytes,
               width_bytes);
    }
    row += last - first;
  }
}

/// x [count, width] is added to y [rows, width], columns from ..< to; `wrapping` is the type to add
/// in: unsigned for whole numbers.
#define SCATTER_ADD(type, wrapping)                                                        \
  CLONES static void scatter_add_##type(const type *x, const int64_t *index, type *y,      \
                                        int64_t count, int64_t width, int64_t from,        \
                                        int64_t to) {                                      \
    for (int64_t i = 0; i < count; i++) {                                                  \
      const type *source = x + i * width;                                                  \
      type *target = y + index[i] * width;                                                 \
      EACH for (int64_t j = from; j < to; j++)                                             \
        target[j] = (type)((wrapping)target[j] + (wrapping)source[j]);                     \
    }                                                                                      \
  }

SCATTER_ADD(int32_t, uint32_t)
SCATTER_ADD(int64_t, uint64_t)
SCATTER_ADD(float, float)
SCATTER_ADD(double, double)

#define CALL(type) scatter_add_##type(x, index, y, count, width, from, to)

void imf_scatter_add(imf_type type, const void *x, const int64_t *index, void *y, int64_t count,
                     int64_t width, int64_t from, int64_t to) {
  switch (type) {
  case IMF_INT32: CALL(int32_t); break;
  case IMF_INT64: CALL(int64_t); break;
  case IMF_FLOAT32: CALL(float); break;
  case IMF_FLOAT64: CALL(double); break;
  default: break;
  }
}
