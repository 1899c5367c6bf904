// Softmax of rows and its derivative. Three sweeps over a row: its largest element, the
// exponentials and their sum, the division. A row is in the cache after the first.
#include "CKernels.h"
#include "exponential.h"
#include "lanes.h"

INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

/// The largest element of a row. A NaN fails every comparison, and comes back through the sum.
INLINE float largest_of_row(const float *x, float scale, int64_t n) {
  if (n < LANES) return largest_lane(scale * load_first(x, n, x[0]));
  Lanes top = scale * load(x + n - LANES);
  for (int64_t i = 0; i + LANES <= n; i += LANES) top = larger(scale * load(x + i), top);
  return largest_lane(top);
}

INLINE float sum_of_row(const float *y, int64_t n) {
  const int64_t whole = n / LANES * LANES;
  Lanes sum = 0, tail = 0;
  for (int64_t i = 0; i < whole; i += LANES) sum += load(y + i);
  if (whole < n) tail = load_first(y + whole, n - whole, 0);
  return sum_of_lanes(sum + tail);
}

/// Several rows at once, so that the exponentials, the bulk of the work, run over the rows' ends without a break.
CLONES static void softmax_rows(const float *x, float *y, float scale, int64_t n, int64_t rows) {
  for (int64_t row = 0; row < rows; row++) {
    const float largest = largest_of_row(x + row * n, scale, n);
    EACH for (int64_t i = row * n; i < row * n + n; i++) y[i] = scale * x[i] - largest;
  }
  EACH for (int64_t i = 0; i < rows * n; i++) y[i] = exponential(y[i]);
  for (int64_t row = 0; row < rows; row++) {
    const float factor = 1 / sum_of_row(y + row * n, n);
    EACH for (int64_t i = row * n; i < row * n + n; i++) y[i] *= factor;
  }
}

void imf_softmax(const float *x, float *y, float scale, int64_t n, int64_t from, int64_t to) {
  const int64_t together = n < IMF_BLOCK ? IMF_BLOCK / n : 1;
  for (int64_t row = from; row < to; row += together)
    softmax_rows(x + row * n, y + row * n, scale, n, to - row < together ? to - row : together);
}

/// dx [n] = scale y (dy - sum(y dy)).
INLINE void derivative_row(const float *y, const float *dy, float *dx, float scale, int64_t n) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  Lanes sum = 0, sum2 = 0;
  int64_t i = 0;
  for (; i + 2 * LANES <= whole; i += 2 * LANES) {
    sum += load(y + i) * load(dy + i);
    sum2 += load(y + i + LANES) * load(dy + i + LANES);
  }
  if (i < whole) sum += load(y + i) * load(dy + i);
  if (rest > 0) sum2 += load_first(y + whole, rest, 0) * load_first(dy + whole, rest, 0);
  const float mean = sum_of_lanes(sum + sum2);
  for (i = 0; i < whole; i += LANES) store(dx + i, scale * load(y + i) * (load(dy + i) - mean));
  if (rest > 0) {
    const Lanes first = load_first(y + whole, rest, 0), change = load_first(dy + whole, rest, 0);
    store_first(dx + whole, scale * first * (change - mean), rest);
  }
}

CLONES void imf_softmax_derivative(const float *y, const float *dy, float *dx, float scale,
                                   int64_t n, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++)
    derivative_row(y + row * n, dy + row * n, dx + row * n, scale, n);
}
