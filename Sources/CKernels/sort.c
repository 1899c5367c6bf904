// Stable sorting of keys with their places, the pieces of it: keys that order as whole numbers, an insertion sort for few, and
// the passes of a radix sort by bytes, each of which the caller may cut into stretches.
#include "CKernels.h"
#include "dispatch.h"

#include <string.h>

enum { DIGITS = 256 };

/// Floats order by their bits once those of negative numbers are inverted and the others' sign bit is set.
#define FLOAT_KEYS(type, bits)                                                        \
  CLONES static void keys_##type(const type *x, uint64_t *keys, int64_t n) {          \
    const bits sign = (bits)1 << (8 * sizeof(bits) - 1);                              \
    EACH for (int64_t i = 0; i < n; i++) {                                            \
      const type value = x[i] == 0 ? 0 : x[i];                                        \
      bits word;                                                                      \
      memcpy(&word, &value, sizeof word);                                             \
      word = word & sign ? ~word : word | sign;                                       \
      keys[i] = x[i] != x[i] ? (bits)~(bits)0 : word;                                 \
    }                                                                                 \
  }

/// Whole numbers order by their bits once the sign bit, where there is one, is inverted.
#define WHOLE_KEYS(type, bits, sign)                                             \
  CLONES static void keys_##type(const type *x, uint64_t *keys, int64_t n) {     \
    EACH for (int64_t i = 0; i < n; i++) keys[i] = (bits)((bits)x[i] ^ (sign));  \
  }

FLOAT_KEYS(float, uint32_t)
FLOAT_KEYS(double, uint64_t)
WHOLE_KEYS(uint8_t, uint8_t, 0)
WHOLE_KEYS(int32_t, uint32_t, (uint32_t)1 << 31)
WHOLE_KEYS(int64_t, uint64_t, (uint64_t)1 << 63)

/// The upper half of a float32.
static void keys_bfloat16(const uint16_t *x, uint64_t *keys, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const uint16_t word = (x[i] & 0x7fff) == 0 ? 0 : x[i];
    const bool is_nan = (x[i] & 0x7fff) > 0x7f80;
    keys[i] = is_nan ? 0xffff : (uint16_t)(word & 0x8000 ? ~word : word | 0x8000);
  }
}

void imf_sort_keys(imf_type type, const void *x, uint64_t *keys, int64_t n) {
  switch (type) {
  case IMF_BOOL:
  case IMF_UINT8: keys_uint8_t(x, keys, n); break;
  case IMF_INT32: keys_int32_t(x, keys, n); break;
  case IMF_INT64: keys_int64_t(x, keys, n); break;
  case IMF_BFLOAT16: keys_bfloat16(x, keys, n); break;
  case IMF_FLOAT32: keys_float(x, keys, n); break;
  case IMF_FLOAT64: keys_double(x, keys, n); break;
  case IMF_TYPES: break;
  }
}

void imf_sort_few(uint64_t *keys, int64_t *places, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const uint64_t key = keys[i];
    int64_t j = i;
    for (; j > 0 && keys[j - 1] > key; j--) {
      keys[j] = keys[j - 1];
      places[j] = places[j - 1];
    }
    keys[j] = key;
    places[j] = i;
  }
}

void imf_radix_count(const uint64_t *keys, int shift, int64_t *counts, int64_t n) {
  for (int64_t i = 0; i < n; i++) counts[keys[i] >> shift & (DIGITS - 1)]++;
}

void imf_radix_move(const uint64_t *keys, const int64_t *places, uint64_t *new_keys, int64_t *new_places, int shift,
                    int64_t *starts, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const int64_t target = starts[keys[i] >> shift & (DIGITS - 1)]++;
    new_keys[target] = keys[i];
    new_places[target] = places[i];
  }
}
