// Rows divided by the root of their mean square, times a weight for each column (Zhang and
// Sennrich, "Root mean square layer normalization", 2019). Two sweeps over a row, which is in the
// cache for the second.
#include "CKernels.h"
#include "lanes.h"

#include <math.h>

/// 1 / sqrt(mean(x^2) + eps) of a row x [n].
INLINE float factor_of_row(const float *x, float eps, int64_t n) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  Lanes a = 0, b = 0, c = 0, d = 0;
  int64_t i = 0;
  for (; i + 4 * LANES <= whole; i += 4 * LANES) {
    const Lanes xa = load(x + i), xb = load(x + i + LANES);
    const Lanes xc = load(x + i + 2 * LANES), xd = load(x + i + 3 * LANES);
    a += xa * xa;
    b += xb * xb;
    c += xc * xc;
    d += xd * xd;
  }
  for (; i < whole; i += LANES) a += load(x + i) * load(x + i);
  if (rest > 0) {
    const Lanes last = load_first(x + whole, rest, 0);
    b += last * last;
  }
  return 1 / sqrtf(sum_of_lanes((a + b) + (c + d)) / (float)n + eps);
}

/// x [n], weight [n] -> y [n].
INLINE void rms_norm_row(const float *x, const float *weight, float *y, float eps, int64_t n) {
  const int64_t whole = n / LANES * LANES, rest = n - whole;
  const float factor = factor_of_row(x, eps, n);
  for (int64_t i = 0; i < whole; i += LANES) store(y + i, factor * load(x + i) * load(weight + i));
  if (rest > 0) {
    const Lanes last = load_first(x + whole, rest, 0), scale = load_first(weight + whole, rest, 0);
    store_first(y + whole, factor * last * scale, rest);
  }
}

CLONES void imf_rms_norm(const float *x, const float *weight, float *y, float eps, int64_t n,
                         int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++)
    rms_norm_row(x + row * n, weight, y + row * n, eps, n);
}

/// x, d [n] -> result [n]; rows in lanes, the rest one by one.
INLINE void derivative_row(const float *x, const float *d, const float *before, const float *after, float *result,
                           float eps, int64_t n) {
  const int64_t whole = n / LANES * LANES;
  Lanes squares = 0, products = 0;
  float rest_squares = 0, rest_products = 0;
  for (int64_t i = 0; i < whole; i += LANES) {
    const Lanes xi = load(x + i), di = before ? load(d + i) * load(before + i) : load(d + i);
    squares += xi * xi;
    products += xi * di;
  }
  for (int64_t i = whole; i < n; i++) {
    rest_squares += x[i] * x[i];
    rest_products += x[i] * (before ? d[i] * before[i] : d[i]);
  }
  const float r = 1 / sqrtf((sum_of_lanes(squares) + rest_squares) / (float)n + eps);
  // y mean(y d) = x r^2 mean(x d)
  const float share = r * r * (sum_of_lanes(products) + rest_products) / (float)n;
  for (int64_t i = 0; i < whole; i += LANES) {
    const Lanes di = before ? load(d + i) * load(before + i) : load(d + i);
    const Lanes value = r * (di - share * load(x + i));
    store(result + i, after ? value * load(after + i) : value);
  }
  for (int64_t i = whole; i < n; i++) {
    const float value = r * ((before ? d[i] * before[i] : d[i]) - share * x[i]);
    result[i] = after ? value * after[i] : value;
  }
}

CLONES void imf_rms_norm_derivative(const float *x, const float *d, const float *before, const float *after,
                                    float *result, float eps, int64_t n, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++)
    derivative_row(x + row * n, d + row * n, before, after, result + row * n, eps, n);
}

/// How many rows' factors are known before the first is used.
enum { TOGETHER = 16 };

INLINE void weight_gradient(const float *x, const float *dy, float *sum, float eps, int64_t n, int64_t from, int64_t to) {
  const int64_t whole = n / LANES * LANES;
  float factors[TOGETHER];
  for (int64_t i = 0; i < n; i++) sum[i] = 0;
  for (int64_t start = from; start < to; start += TOGETHER) {
    const int64_t rows = to - start < TOGETHER ? to - start : TOGETHER;
    const float *left = x + start * n, *right = dy + start * n;
    for (int64_t r = 0; r < rows; r++) factors[r] = factor_of_row(left + r * n, eps, n);
    for (int64_t i = 0; i < whole; i += LANES) {
      Lanes total = load(sum + i);
      for (int64_t r = 0; r < rows; r++) total += factors[r] * load(left + r * n + i) * load(right + r * n + i);
      store(sum + i, total);
    }
    for (int64_t r = 0; r < rows; r++)
      for (int64_t i = whole; i < n; i++) sum[i] += factors[r] * left[r * n + i] * right[r * n + i];
  }
}

CLONES void imf_rms_norm_weight_gradient(const float *x, const float *dy, float *sum, float eps, int64_t n, int64_t from,
                                         int64_t to) {
  weight_gradient(x, dy, sum, eps, n, from, to);
}
