// The inner loop of matrix products: a tile of c (up to 12 rows of two 16-lane vectors) stays in
// registers while k runs; each step loads one row of b and broadcasts one element of each row of a.
#ifndef TILE_H
#define TILE_H

#include "lanes.h"

#include <stdbool.h>

/// The largest tile: 24 sums leave 8 of AVX-512's 32 registers to the operands.
enum { TALLEST = 12, WIDEST = 2 };

/// What one tile reads and writes, strides in elements. b and c have contiguous rows.
typedef struct {
  const float *a, *b;
  float *c;
  int64_t a_row, a_column, b_row, c_row;
  /// The length of the inner axis.
  int64_t depth;
  /// How many lanes of the last vector are columns of c; b has all of them.
  int64_t last;
  float alpha;
  /// Adds to what is in c.
  bool more;
} Tile;

/// c [rows, vectors] = alpha (a [rows, depth] b [depth, vectors] (+ c)).
INLINE void multiply_tile(const int rows, const int vectors, const Tile *t) {
  const float *b = t->b;
  const int64_t a_column = t->a_column, b_row = t->b_row;
  Lanes sum[TALLEST][WIDEST];
  _Pragma("unroll") for (int r = 0; r < rows; r++) {
    _Pragma("unroll") for (int v = 0; v < vectors; v++) {
      __builtin_prefetch(t->c + r * t->c_row + v * LANES, 1);
      sum[r][v] = 0;
    }
  }
  // Every fourth row of a has a pointer; the other rows are offsets from these.
  const int64_t one = t->a_row, two = 2 * one, three = 3 * one;
  const float *a0 = t->a, *a4 = a0 + 4 * one, *a8 = a0 + 8 * one;
  const bool ahead = t->depth >= 128 && a_column == 1;
  for (int64_t start = 0; start < t->depth; start += LANES) {
    // The rows of the next tile, a cache line each: no pattern that the processor would foresee.
    if (ahead) {
      _Pragma("unroll") for (int r = 0; r < rows; r++)
        __builtin_prefetch(a0 + (rows + r) * one, 0, 2);
    }
    const int64_t steps = t->depth - start < LANES ? t->depth - start : LANES;
    for (int64_t step = 0; step < steps; step++) {
      Lanes row[WIDEST];
      _Pragma("unroll") for (int v = 0; v < vectors; v++) row[v] = load(b + v * LANES);
      _Pragma("unroll") for (int r = 0; r < rows; r++) {
        const float *fourth = r < 4 ? a0 : r < 8 ? a4 : a8;
        const float x = fourth[r % 4 == 0 ? 0 : r % 4 == 1 ? one : r % 4 == 2 ? two : three];
        _Pragma("unroll") for (int v = 0; v < vectors; v++) sum[r][v] += x * row[v];
      }
      __builtin_prefetch(a0 + 8 * a_column);
      a0 += a_column;
      a4 += a_column;
      a8 += a_column;
      b += b_row;
      // Hides that the pointers march in step: else each row gets one, more than there are
      // registers.
      __asm__("" : "+r"(a0), "+r"(a4), "+r"(a8));
    }
  }
  // What was there is added to the whole sum: a long one's parts lose less that way than its terms would.
  if (t->more) {
    _Pragma("unroll") for (int r = 0; r < rows; r++) {
      _Pragma("unroll") for (int v = 0; v < vectors; v++)
        sum[r][v] += load_first(t->c + r * t->c_row + v * LANES, v < vectors - 1 ? LANES : t->last, 0);
    }
  }
  _Pragma("unroll") for (int r = 0; r < rows; r++) {
    _Pragma("unroll") for (int v = 0; v < vectors; v++)
      store_first(t->c + r * t->c_row + v * LANES, t->alpha * sum[r][v], v < vectors - 1 ? LANES : t->last);
  }
}

/// A tile of up to `tallest` rows.
INLINE void multiply_rows(const int tallest, const int vectors, int64_t rows, const Tile *t) {
#define ROWS(height)                                          \
  case height:                                                \
    if (height <= tallest) multiply_tile(height, vectors, t); \
    break;
  switch (rows) {
    ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6)
    ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12)
  }
#undef ROWS
}

#endif
