// Group normalisation of images [pixels, c] (Wu and He, "Group normalization", 2018) in two passes: sums of each channel,
// from which the caller makes one factor and one offset a channel, and then those, with SiLU where asked for.
#include "CKernels.h"
#include "bfloat16.h"
#include "exponential.h"

INLINE float same(float x) { return x; }

/// Pixels whose sums are float32 before they go into float64.
enum { SHORT_SUM = 16 };

#define GROUP_NORM(name, type, read, write)                                                                      \
  CLONES void imf_channel_sums_##name(const type *x, double *sums, double *squares, float *room, int64_t pixels, \
                                      int64_t c) {                                                               \
    for (int64_t i = 0; i < c; i++) sums[i] = squares[i] = 0;                                                    \
    for (int64_t start = 0; start < pixels; start += SHORT_SUM) {                                                \
      const int64_t end = start + SHORT_SUM < pixels ? start + SHORT_SUM : pixels;                               \
      for (int64_t i = 0; i < 2 * c; i++) room[i] = 0;                                                           \
      for (int64_t pixel = start; pixel < end; pixel++) {                                                        \
        const type *row = x + pixel * c;                                                                         \
        EACH for (int64_t i = 0; i < c; i++) {                                                                   \
          const float value = read(row[i]);                                                                      \
          room[i] += value;                                                                                      \
          room[c + i] += value * value;                                                                          \
        }                                                                                                        \
      }                                                                                                          \
      EACH for (int64_t i = 0; i < c; i++) {                                                                     \
        sums[i] += (double)room[i];                                                                              \
        squares[i] += (double)room[c + i];                                                                       \
      }                                                                                                          \
    }                                                                                                            \
  }                                                                                                              \
  CLONES void imf_channel_affine_##name(const type *x, const float *factor, const float *offset, type *y,        \
                                        int64_t pixels, int64_t c, bool silu) {                                  \
    for (int64_t pixel = 0; pixel < pixels; pixel++) {                                                           \
      const type *row = x + pixel * c;                                                                           \
      type *result = y + pixel * c;                                                                              \
      if (silu) {                                                                                                \
        EACH for (int64_t i = 0; i < c; i++) {                                                                   \
          const float value = read(row[i]) * factor[i] + offset[i];                                              \
          result[i] = write(value * sigmoid(value));                                                             \
        }                                                                                                        \
      } else {                                                                                                   \
        EACH for (int64_t i = 0; i < c; i++) result[i] = write(read(row[i]) * factor[i] + offset[i]);            \
      }                                                                                                          \
    }                                                                                                            \
  }

GROUP_NORM(float32, float, same, same)
GROUP_NORM(bfloat16, bfloat16, widen, narrow)
