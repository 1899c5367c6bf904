// AdamW and moving averages of parameters (Loshchilov and Hutter, "Decoupled weight decay
// regularization", 2019; the formulas and the place of eps as optax has them).
#include "CKernels.h"
#include "dispatch.h"

#include <math.h>

CLONES void imf_adamw(const imf_adamw_step *s, const float *g, const float *p, const float *mu,
                      const float *nu, float *new_p, float *new_mu, float *new_nu, int64_t n) {
  // All in registers: memory written may be memory read.
  const float b1 = s->b1, b2 = s->b2, mu_scale = s->mu_scale, nu_scale = s->nu_scale;
  const float eps = s->eps, weight_decay = s->weight_decay, rate = s->rate;
  EACH for (int64_t i = 0; i < n; i++) {
    const float m = b1 * mu[i] + (1 - b1) * g[i], v = b2 * nu[i] + (1 - b2) * g[i] * g[i];
    const float update = m * mu_scale / (sqrtf(v * nu_scale) + eps) + weight_decay * p[i];
    new_mu[i] = m;
    new_nu[i] = v;
    new_p[i] = p[i] - rate * update;
  }
}

CLONES void imf_average(float decay, const float *p, const float *average, float *new_average, int64_t n) {
  EACH for (int64_t i = 0; i < n; i++)
    new_average[i] = decay * average[i] + (1 - decay) * p[i];
}
