#include "CKernels.h"
#include "exponential.h"
void imf_softmax(const float *x, float *y, float scale, int64_t n, int64_t from, int64_t to) {
  for (int64_t r = from; r < to; r++) {
    const float *a = x + r * n; float *b = y + r * n; float m = -INFINITY; double s = 0;
    for (int64_t i = 0; i < n; i++) m = scale * a[i] > m ? scale * a[i] : m;
    for (int64_t i = 0; i < n; i++) s += b[i] = exponential(scale * a[i] - m);
    for (int64_t i = 0; i < n; i++) b[i] /= (float)s;
  }
}
void imf_softmax_derivative(const float *y, const float *dy, float *dx, float scale, int64_t n, int64_t from, int64_t to) {
  for (int64_t r = from; r < to; r++) {
    const float *a = y + r * n, *d = dy + r * n; float *b = dx + r * n; double s = 0;
    for (int64_t i = 0; i < n; i++) s += a[i] * d[i];
    for (int64_t i = 0; i < n; i++) b[i] = scale * a[i] * (d[i] - (float)s);
  }
}
