// Kernels that move elements without looking at them, by their size alone: select and fill.
#include "CKernels.h"
#include "dispatch.h"

#include <string.h>

#define SELECT(type)                                                                       \
  CLONES static void select_##type(const uint8_t *condition, const type *a, const type *b, \
                                   type *y, size_t n) {                                    \
    EACH for (size_t i = 0; i < n; i++) y[i] = condition[i] ? a[i] : b[i];                 \
  }

#define FILL(type)                                                \
  CLONES static void fill_##type(type value, type *y, size_t n) { \
    EACH for (size_t i = 0; i < n; i++) y[i] = value;             \
  }

SELECT(uint8_t)
SELECT(uint16_t)
SELECT(uint32_t)
SELECT(uint64_t)
FILL(uint16_t)
FILL(uint32_t)
FILL(uint64_t)

void imf_select(const uint8_t *condition, const void *a, const void *b, void *y, size_t size,
                size_t n) {
  switch (size) {
  case 1: select_uint8_t(condition, a, b, y, n); break;
  case 2: select_uint16_t(condition, a, b, y, n); break;
  case 4: select_uint32_t(condition, a, b, y, n); break;
  case 8: select_uint64_t(condition, a, b, y, n); break;
  }
}

void imf_fill(const void *value, void *y, size_t size, size_t n) {
  uint64_t bits = 0;
  memcpy(&bits, value, size);  // little-endian: a narrower value is the low part
  switch (size) {
  case 1: memset(y, (int)bits, n); break;
  case 2: fill_uint16_t((uint16_t)bits, y, n); break;
  case 4: fill_uint32_t((uint32_t)bits, y, n); break;
  case 8: fill_uint64_t(bits, y, n); break;
  }
}
