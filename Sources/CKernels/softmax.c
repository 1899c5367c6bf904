// Softmax of rows and its derivative. Three sweeps over a row: its largest element, the
// exponentials and their sum, the division. A row is in the cache after the first.
#include "CKernels.h"
#include "exponential.h"
#include "lanes.h"

INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

INLINE Lanes exponentials(Lanes x) {
  float all[LANES];
  store(all, x);
  EACH_LANE for (int64_t lane = 0; lane < LANES; lane++) all[lane] = exponential(all[lane]);
  return load(all);
}

/// x [n] -> y [n]. A NaN fails every comparison for the largest, and comes back through the sum.
INLINE void softmax_row(const float *x, float *y, float scale, int64_t n) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  Lanes top = -INFINITY, top2 = top;
  int64_t i = 0;
  for (; i + 2 * LANES <= whole; i += 2 * LANES) {
    top = larger(scale * load(x + i), top);
    top2 = larger(scale * load(x + i + LANES), top2);
  }
  if (i < whole) top = larger(scale * load(x + i), top);
  if (rest > 0) top2 = larger(scale * load_first(x + whole, rest, x[whole]), top2);
  const float largest = largest_lane(larger(top, top2));

  Lanes sum = 0;
  for (i = 0; i < whole; i += LANES) {
    const Lanes e = exponentials(scale * load(x + i) - largest);
    store(y + i, e);
    sum += e;
  }
  Lanes tail = 0;
  if (rest > 0) {
    tail = keep_first(exponentials(scale * load_first(x + whole, rest, x[whole]) - largest), rest, 0);
    sum += tail;
  }

  const float factor = 1 / sum_of_lanes(sum);
  for (i = 0; i < whole; i += LANES) store(y + i, factor * load(y + i));
  if (rest > 0) store_first(y + whole, factor * tail, rest);
}

CLONES void imf_softmax(const float *x, float *y, float scale, int64_t n, int64_t from,
                        int64_t to) {
  for (int64_t row = from; row < to; row++) softmax_row(x + row * n, y + row * n, scale, n);
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
