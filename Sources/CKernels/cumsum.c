// Running sums along an axis. Floats accumulate in float64: a running sum cannot be cut into
// blocks. Tiles of columns have their sums side by side on the stack; a contiguous axis is a tile
// of one column.
#include "CKernels.h"
#include "dispatch.h"

#include <string.h>

enum { TILE = 256 };

/// x [outer, reduce, inner] -> y, with `former` [outer, inner]; see imf_cumsum. `wide` holds the sum
/// (unsigned where it wraps around).
#define CUMSUM(type, wide)                                                                          \
  CLONES static void cumsum_##type(const type *x, type *y, wide *former, int64_t reduce,            \
                                   int64_t inner, imf_stretch s) {                                  \
    for (int64_t o = s.from; o < s.to; o++) {                                                       \
      for (int64_t start = s.first; start < s.last; start += TILE) {                                \
        const int64_t width = s.last - start < TILE ? s.last - start : TILE;                        \
        wide sums[TILE] = {0};                                                                      \
        if (s.begin > 0) memcpy(sums, former + o * inner + start, (size_t)width * sizeof *sums);    \
        for (int64_t r = s.begin; r < s.end; r++) {                                                 \
          const int64_t offset = (o * reduce + r) * inner + start;                                  \
          EACH for (int64_t j = 0; j < width; j++) {                                                \
            sums[j] += (wide)x[offset + j];                                                         \
            y[offset + j] = (type)sums[j];                                                          \
          }                                                                                         \
        }                                                                                           \
        if (s.end < reduce) memcpy(former + o * inner + start, sums, (size_t)width * sizeof *sums); \
      }                                                                                             \
    }                                                                                               \
  }

CUMSUM(int32_t, uint32_t)
CUMSUM(int64_t, uint64_t)
CUMSUM(float, double)
CUMSUM(double, double)

#define CALL(type) cumsum_##type(x, y, former, reduce, inner, s)

void imf_cumsum(imf_type type, const void *x, void *y, void *former, int64_t reduce, int64_t inner,
                imf_stretch s) {
  switch (type) {
  case IMF_INT32: CALL(int32_t); break;
  case IMF_INT64: CALL(int64_t); break;
  case IMF_FLOAT32: CALL(float); break;
  case IMF_FLOAT64: CALL(double); break;
  default: break;
  }
}
