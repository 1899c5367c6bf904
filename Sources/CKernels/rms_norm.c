#include "CKernels.h"
#include <math.h>
void imf_rms_norm(const float *x, const float *weight, float *y, float eps, int64_t n, int64_t from, int64_t to) {
  for (int64_t r = from; r < to; r++) {
    const float *a = x + r * n; float *b = y + r * n; double s = 0;
    for (int64_t i = 0; i < n; i++) s += a[i] * a[i];
    const float f = 1 / sqrtf((float)(s / (double)n) + eps);
    for (int64_t i = 0; i < n; i++) b[i] = a[i] * f * weight[i];
  }
}
