// Threefry-2x32 with 20 rounds, the counter-based generator of Salmon et al., "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011), and the one JAX draws from. Every pair is independent, so
// the loop runs in vector lanes.
#include "CKernels.h"
#include "dispatch.h"

INLINE uint32_t rotate_left(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

#define ROUND(bits) \
  a += b;           \
  b = rotate_left(b, bits) ^ a;
#define FOUR_ROUNDS(r0, r1, r2, r3) ROUND(r0) ROUND(r1) ROUND(r2) ROUND(r3)
#define INJECT(first, second, count) \
  a += first;                        \
  b += second + count;

CLONES void imf_threefry(uint32_t key0, uint32_t key1, uint32_t *x0, uint32_t *x1, size_t n) {
  const uint32_t key2 = key0 ^ key1 ^ 0x1bd11bda;
  EACH for (size_t i = 0; i < n; i++) {
    uint32_t a = x0[i] + key0, b = x1[i] + key1;
    FOUR_ROUNDS(13, 15, 26, 6)
    INJECT(key1, key2, 1)
    FOUR_ROUNDS(17, 29, 16, 24)
    INJECT(key2, key0, 2)
    FOUR_ROUNDS(13, 15, 26, 6)
    INJECT(key0, key1, 3)
    FOUR_ROUNDS(17, 29, 16, 24)
    INJECT(key1, key2, 4)
    FOUR_ROUNDS(13, 15, 26, 6)
    INJECT(key2, key0, 5)
    x0[i] = a;
    x1[i] = b;
  }
}
