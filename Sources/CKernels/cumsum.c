// Running sums along an axis. Floats accumulate in float64: a running sum cannot be cut into
// blocks. Tiles of columns have their sums side by side on the stack; a contiguous axis is a tile
// of one column.
#include "CKernels.h"
#include "dispatch.h"

enum { TILE = 256 };

/// x [outer, reduce, inner] -> y, rows from ..< to of outer; `wide` holds the sum (unsigned where
/// it wraps around).
#define CUMSUM(type, wide)                                                                \
  CLONES static void cumsum_##type(const type *x, type *y, int64_t reduce, int64_t inner, \
                                   int64_t from, int64_t to) {                            \
    for (int64_t o = from; o < to; o++) {                                                 \
      for (int64_t start = 0; start < inner; start += TILE) {                             \
        const int64_t width = inner - start < TILE ? inner - start : TILE;                \
        wide sums[TILE] = {0};                                                            \
        for (int64_t r = 0; r < reduce; r++) {                                            \
          const int64_t offset = (o * reduce + r) * inner + start;                        \
          EACH for (int64_t j = 0; j < width; j++) {                                      \
            sums[j] += (wide)x[offset + j];                                               \
            y[offset + j] = (type)sums[j];                                                \
          }                                                                               \
        }                                                                                 \
      }                                                                                   \
    }                                                                                     \
  }

CUMSUM(int32_t, uint32_t)
CUMSUM(int64_t, uint64_t)
CUMSUM(float, double)
CUMSUM(double, double)

#define CALL(type) cumsum_##type(x, y, reduce, inner, from, to)

void imf_cumsum(imf_type type, const void *x, void *y, int64_t outer, int64_t reduce,
                int64_t inner, int64_t from, int64_t to) {
  (void)outer;
  switch (type) {
  case IMF_INT32: CALL(int32_t); break;
  case IMF_INT64: CALL(int64_t); break;
  case IMF_FLOAT32: CALL(float); break;
  case IMF_FLOAT64: CALL(double); break;
  default: break;
  }
}
