// Softmax of rows and its derivative. A row is in the first-level cache after the first sweep.
#include "CKernels.h"
#include "exponential.h"
#include "lanes.h"

INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

/// What lies past a row's last whole vector, where the memory behind it may be overwritten.
INLINE void store_rest(float *y, Lanes x, int64_t rest, bool roomy) {
  if (roomy) store(y, x);
  else store_first(y, x, rest);
}

/// The largest number of a row. A NaN fails every comparison, and comes back through the sum.
INLINE float largest_of_row(const float *x, float scale, int64_t n) {
  const int64_t whole = n / LANES * LANES;
  Lanes top = scale * x[0];
  for (int64_t i = 0; i < whole; i += LANES) top = larger(scale * load(x + i), top);
  if (whole < n) top = larger(scale * load_first(x + whole, n - whole, x[0]), top);
  return largest_lane(top);
}

/// y = exp(scale x - largest).
INLINE void powers_of_row(const float *x, float *y, float scale, float largest, int64_t n, bool roomy) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  for (int64_t i = 0; i < whole; i += LANES) store(y + i, exponentials_below(scale * load(x + i) - largest));
  if (rest > 0) store_rest(y + whole, exponentials_below(scale * load_first(x + whole, rest, 0) - largest), rest, roomy);
}

/// Divides a row by its sum.
INLINE void normalize_row(float *y, int64_t n, bool roomy) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  const Lanes last = load_first(y + whole, rest, 0);
  Lanes sum = last;
  for (int64_t i = 0; i < whole; i += LANES) sum += load(y + i);
  const float factor = 1 / sum_of_lanes(sum);
  for (int64_t i = 0; i < whole; i += LANES) store(y + i, factor * load(y + i));
  if (rest > 0) store_rest(y + whole, factor * last, rest, roomy);
}

/// Some rows in three sweeps: what one row waits for in a sweep is short, so that the processor has begun the next ones.
enum { TOGETHER = 32 };

INLINE void softmax_rows(const float *x, float *y, float scale, int64_t n, int64_t row, int64_t rows, bool roomy) {
  float largest[TOGETHER];
  for (int64_t r = 0; r < rows; r++) largest[r] = largest_of_row(x + r * row, scale, n);
  for (int64_t r = 0; r < rows; r++) powers_of_row(x + r * row, y + r * row, scale, largest[r], n, roomy);
  for (int64_t r = 0; r < rows; r++) normalize_row(y + r * row, n, roomy);
}

CLONES void imf_softmax(const float *x, float *y, float scale, int64_t n, int64_t row, int64_t from, int64_t to) {
  const bool roomy = row >= whole_vectors(n);
  const int64_t most = IMF_BLOCK / n, together = most < 1 ? 1 : most < TOGETHER ? most : TOGETHER;
  for (int64_t r = from; r < to; r += together)
    softmax_rows(x + r * row, y + r * row, scale, n, row, to - r < together ? to - r : together, roomy);
}

/// dx [n] = scale y (dy - sum(y dy)).
INLINE void derivative_row(const float *y, const float *dy, float *dx, float scale, int64_t n, bool roomy) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  const Lanes last = load_first(y + whole, rest, 0), change = load_first(dy + whole, rest, 0);
  Lanes sum = last * change;
  for (int64_t i = 0; i < whole; i += LANES) sum += load(y + i) * load(dy + i);
  const float mean = sum_of_lanes(sum);
  for (int64_t i = 0; i < whole; i += LANES) store(dx + i, scale * load(y + i) * (load(dy + i) - mean));
  if (rest > 0) store_rest(dx + whole, scale * last * (change - mean), rest, roomy);
}

CLONES void imf_softmax_derivative(const float *y, const float *dy, float *dx, float scale, int64_t n, int64_t row,
                                   int64_t from, int64_t to) {
  const bool roomy = row >= whole_vectors(n);
  for (int64_t r = from; r < to; r++)
    derivative_row(y + r * row, dy + r * row, dx + r * row, scale, n, roomy);
}
