// The index of the first largest or smallest element along an axis; a NaN beats every number.
// Columns are searched side by side in tiles, so that rows are read in order.
#include "CKernels.h"
#include "dispatch.h"

enum { TILE = 256 };

/// x [outer, reduce, inner] -> y [outer, inner]; see imf_arg_reduce. A NaN is unequal to itself: it
/// replaces what is not one, and nothing replaces it.
#define ARG_REDUCE(name, type, BETTER)                                                       \
  CLONES static void name##_##type(const type *x, int64_t *y, int64_t reduce, int64_t inner, \
                                   imf_stretch s) {                                          \
    for (int64_t o = s.from; o < s.to; o++) {                                                \
      for (int64_t start = s.first; start < s.last; start += TILE) {                         \
        const int64_t width = s.last - start < TILE ? s.last - start : TILE;                 \
        const type *source = x + o * reduce * inner + start;                                 \
        int64_t *index = y + o * inner + start;                                              \
        type best[TILE];                                                                     \
        for (int64_t j = 0; j < width; j++) {                                                \
          if (s.begin == 0) index[j] = 0;                                                    \
          best[j] = source[index[j] * inner + j];                                            \
        }                                                                                    \
        for (int64_t r = s.begin; r < s.end; r++) {                                          \
          EACH for (int64_t j = 0; j < width; j++) {                                         \
            const type new = source[r * inner + j], old = best[j];                           \
            const bool wins = (new BETTER old) | ((new != new) & (old == old));              \
            best[j] = wins ? new : old;                                                      \
            index[j] = wins ? r : index[j];                                                  \
          }                                                                                  \
        }                                                                                    \
      }                                                                                      \
    }                                                                                        \
  }

#define BOTH(type)             \
  ARG_REDUCE(arg_max, type, >) \
  ARG_REDUCE(arg_min, type, <)

BOTH(uint8_t)
BOTH(int32_t)
BOTH(int64_t)
BOTH(float)
BOTH(double)

#define CALL(type) (largest ? arg_max_##type : arg_min_##type)(x, y, reduce, inner, s)

void imf_arg_reduce(bool largest, imf_type type, const void *x, int64_t *y, int64_t reduce,
                    int64_t inner, imf_stretch s) {
  switch (type) {
  case IMF_BOOL:
  case IMF_UINT8: CALL(uint8_t); break;
  case IMF_INT32: CALL(int32_t); break;
  case IMF_INT64: CALL(int64_t); break;
  case IMF_FLOAT32: CALL(float); break;
  case IMF_FLOAT64: CALL(double); break;
  default: break;
  }
}
