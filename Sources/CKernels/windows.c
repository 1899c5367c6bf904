// Windows over images: patches as rows of a matrix and back (convolution in float64), largest elements and
// sums (pooling). The reverse directions gather: each image row is written by one caller only, so rows can
// be spread over threads.
#include "CKernels.h"
#include "bfloat16.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/// The first window that covers a place (counted with its border), and the one after the last.
INLINE int64_t first_window(int64_t place, int64_t size, int64_t stride) {
  return place < size ? 0 : (place - size) / stride + 1;
}
INLINE int64_t last_window(int64_t place, int64_t stride, int64_t count) { return smaller(place / stride + 1, count); }

void imf_patches(const double *x, double *y, const imf_windows *g, int64_t from, int64_t to) {
  const int64_t c = g->channels, width = g->size[1] * c;
  for (int64_t row = from; row < to; row++) {
    const double *image = x + row / g->count[0] * g->image[0] * g->image[1] * c;
    const int64_t top = row % g->count[0] * g->stride[0] - g->before[0];
    for (int64_t column = 0; column < g->count[1]; column++) {
      double *patch = y + (row * g->count[1] + column) * g->size[0] * width;
      const int64_t left = column * g->stride[1] - g->before[1];
      const int64_t start = larger(left, 0), end = smaller(left + g->size[1], g->image[1]);
      for (int64_t i = 0; i < g->size[0]; i++, patch += width) {
        const bool inside = top + i >= 0 && top + i < g->image[0] && start < end;
        if (!inside || end - start < g->size[1]) memset(patch, 0, (size_t)width * sizeof *patch);
        if (inside)
          memcpy(patch + (start - left) * c, image + ((top + i) * g->image[1] + start) * c,
                 (size_t)((end - start) * c) * sizeof *patch);
      }
    }
  }
}

CLONES void imf_patches_sum(const double *y, double *x, const imf_windows *g, int64_t from, int64_t to) {
  const int64_t c = g->channels, patch = g->size[0] * g->size[1] * c;
  for (int64_t row = from; row < to; row++) {
    const double *patches = y + row / g->image[0] * g->count[0] * g->count[1] * patch;
    const int64_t above = row % g->image[0] + g->before[0];
    for (int64_t column = 0; column < g->image[1]; column++) {
      double *target = x + (row * g->image[1] + column) * c;
      const int64_t aside = column + g->before[1];
      memset(target, 0, (size_t)c * sizeof *target);
      for (int64_t i = first_window(above, g->size[0], g->stride[0]); i < last_window(above, g->stride[0], g->count[0]); i++)
        for (int64_t j = first_window(aside, g->size[1], g->stride[1]); j < last_window(aside, g->stride[1], g->count[1]); j++) {
          const int64_t place = (above - i * g->stride[0]) * g->size[1] + aside - j * g->stride[1];
          const double *source = patches + (i * g->count[1] + j) * patch + place * c;
          EACH for (int64_t k = 0; k < c; k++) target[k] += source[k];
        }
    }
  }
}

/// Runs `body` for every element `source` [channels] of the window that ends up at `target` [channels].
#define EACH_WINDOW(type, start, body)                                                                      \
  const int64_t c = g->channels;                                                                            \
  for (int64_t row = from; row < to; row++) {                                                               \
    const int64_t origin = row / g->count[0] * g->image[0] * g->image[1] * c;                               \
    const int64_t top = row % g->count[0] * g->stride[0] - g->before[0];                                    \
    for (int64_t column = 0; column < g->count[1]; column++) {                                              \
      const int64_t left = column * g->stride[1] - g->before[1];                                            \
      const int64_t place = (row * g->count[1] + column) * c;                                               \
      start;                                                                                                \
      for (int64_t i = larger(top, 0); i < smaller(top + g->size[0], g->image[0]); i++)                     \
        for (int64_t j = larger(left, 0); j < smaller(left + g->size[1], g->image[1]); j++) {               \
          const int64_t offset = origin + (i * g->image[1] + j) * c;                                        \
          const type *source = x + offset;                                                                  \
          body;                                                                                             \
        }                                                                                                   \
    }                                                                                                       \
  }

#define WINDOW_MAX(type, lowest)                                                                             \
  CLONES static void max_##type(const type *x, type *y, const imf_windows *g, int64_t from, int64_t to) {    \
    EACH_WINDOW(type, type *target = y + place; for (int64_t k = 0; k < c; k++) target[k] = lowest,          \
      EACH for (int64_t k = 0; k < c; k++) target[k] = source[k] > target[k] || source[k] != source[k]       \
                                                         ? source[k] : target[k])                            \
  }                                                                                                          \
  CLONES static void argmax_##type(const type *x, int64_t *y, const imf_windows *g, int64_t from, int64_t to) { \
    EACH_WINDOW(type, int64_t *target = y + place; bool empty = true,                                        \
      for (int64_t k = 0; k < c; k++) {                                                                      \
        const type best = empty ? lowest : x[target[k]];                                                     \
        if (empty || source[k] > best || (source[k] != source[k] && best == best)) target[k] = offset + k;   \
      }                                                                                                      \
      empty = false)                                                                                         \
  }

WINDOW_MAX(float, -INFINITY)
WINDOW_MAX(double, -INFINITY)
WINDOW_MAX(int32_t, INT32_MIN)
WINDOW_MAX(int64_t, INT64_MIN)

/// The bits of minus infinity.
#define LOWEST_BFLOAT16 0xff80

CLONES static void max_bfloat16(const bfloat16 *x, bfloat16 *y, const imf_windows *g, int64_t from, int64_t to) {
  EACH_WINDOW(bfloat16, bfloat16 *target = y + place; for (int64_t k = 0; k < c; k++) target[k] = LOWEST_BFLOAT16,
    EACH for (int64_t k = 0; k < c; k++) {
      const float value = widen(source[k]);
      target[k] = value > widen(target[k]) || value != value ? source[k] : target[k];
    })
}

#define WINDOW_SUM(type)                                                                                     \
  CLONES static void sum_##type(const type *x, type *y, const imf_windows *g, int64_t from, int64_t to) {    \
    EACH_WINDOW(type, type *target = y + place; memset(target, 0, (size_t)c * sizeof *target),               \
      EACH for (int64_t k = 0; k < c; k++) target[k] += source[k])                                           \
  }                                                                                                          \
  CLONES static void spread_##type(const type *y, type *x, const imf_windows *g, int64_t from, int64_t to) { \
    const int64_t c = g->channels;                                                                           \
    for (int64_t row = from; row < to; row++) {                                                              \
      const type *sums = y + row / g->image[0] * g->count[0] * g->count[1] * c;                              \
      const int64_t above = row % g->image[0] + g->before[0];                                                \
      for (int64_t column = 0; column < g->image[1]; column++) {                                             \
        type *target = x + (row * g->image[1] + column) * c;                                                 \
        const int64_t aside = column + g->before[1];                                                         \
        memset(target, 0, (size_t)c * sizeof *target);                                                       \
        for (int64_t i = first_window(above, g->size[0], g->stride[0]);                                      \
             i < last_window(above, g->stride[0], g->count[0]); i++)                                         \
          for (int64_t j = first_window(aside, g->size[1], g->stride[1]);                                    \
               j < last_window(aside, g->stride[1], g->count[1]); j++) {                                     \
            const type *source = sums + (i * g->count[1] + j) * c;                                           \
            EACH for (int64_t k = 0; k < c; k++) target[k] += source[k];                                     \
          }                                                                                                  \
      }                                                                                                      \
    }                                                                                                        \
  }

WINDOW_SUM(float)
WINDOW_SUM(double)

void imf_window_max(imf_type type, const void *x, void *y, const imf_windows *g, int64_t from, int64_t to) {
  switch (type) {
  case IMF_INT32: max_int32_t(x, y, g, from, to); break;
  case IMF_INT64: max_int64_t(x, y, g, from, to); break;
  case IMF_BFLOAT16: max_bfloat16(x, y, g, from, to); break;
  case IMF_FLOAT32: max_float(x, y, g, from, to); break;
  case IMF_FLOAT64: max_double(x, y, g, from, to); break;
  default: break;
  }
}

void imf_window_argmax(imf_type type, const void *x, int64_t *y, const imf_windows *g, int64_t from, int64_t to) {
  switch (type) {
  case IMF_INT32: argmax_int32_t(x, y, g, from, to); break;
  case IMF_INT64: argmax_int64_t(x, y, g, from, to); break;
  case IMF_FLOAT32: argmax_float(x, y, g, from, to); break;
  case IMF_FLOAT64: argmax_double(x, y, g, from, to); break;
  default: break;
  }
}

void imf_window_sum(imf_type type, const void *x, void *y, const imf_windows *g, int64_t from, int64_t to) {
  if (type == IMF_FLOAT32) sum_float(x, y, g, from, to);
  if (type == IMF_FLOAT64) sum_double(x, y, g, from, to);
}

void imf_window_spread(imf_type type, const void *y, void *x, const imf_windows *g, int64_t from, int64_t to) {
  if (type == IMF_FLOAT32) spread_float(y, x, g, from, to);
  if (type == IMF_FLOAT64) spread_double(y, x, g, from, to);
}
