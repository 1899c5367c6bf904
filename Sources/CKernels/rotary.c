// Pairs of numbers turned by their position's angle (Su and others, "RoFormer", 2021).
#include "CKernels.h"
#include "dispatch.h"

/// x [d] -> y [d], which may be x, with the tables' row of its position.
INLINE void rotary_row(const float *x, const float *cosine, const float *sine, float *y, int64_t d) {
  EACH for (int64_t i = 0; i < d; i += 2) {
    const float a = x[i], b = x[i + 1];
    y[i] = a * cosine[i] + b * sine[i];
    y[i + 1] = b * cosine[i + 1] + a * sine[i + 1];
  }
}

CLONES void imf_rotary(const float *x, const float *cosine, const float *sine, float *y,
                       int64_t tokens, int64_t heads, int64_t d, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const int64_t position = row / heads % tokens;
    rotary_row(x + row * d, cosine + position * d, sine + position * d, y + row * d, d);
  }
}
