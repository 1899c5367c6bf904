// Products of many small matrices, as attention needs them: too small, and too oddly strided, for a library call each.
// A tile of c (up to 12 rows of two 16-lane vectors) stays in registers while k runs; each step loads a row of b's
// panel and broadcasts one element of a for each row of the tile. A panel of b is read in place where its rows are
// contiguous, else it is transposed into a buffer on the stack. Read from the bottom: multiply, tiles, tile.
#include "CKernels.h"
#include "transposition.h"

/// A packed panel: at most DEPTH of k (a longer k takes several rounds) by WIDEST vectors.
enum { DEPTH = 512, WIDEST = 2, TALLEST = 12 };

typedef struct {
  int64_t a_row, a_column, b_row, b_column, c_row, m, n, k;
  float alpha;
} Product;

/// c [rows, width] = alpha (a [rows, depth] b [depth, width] + what is in c, where `more` is set). The columns take
/// `vectors` vectors; `last` lanes of the last one count. Every fourth row of a has a pointer of its own and the rest
/// are offsets from it: one for each row would not fit the registers.
INLINE void tile(const int rows, const int vectors, const Product *p, const float *a, const float *b, int64_t b_row,
                 float *c, int64_t depth, int64_t last, float alpha, bool more) {
  Lanes sum[TALLEST][WIDEST];
  _Pragma("unroll") for (int r = 0; r < rows; r++)
    _Pragma("unroll") for (int v = 0; v < vectors; v++) {
      float *target = c + r * p->c_row + v * LANES;
      __builtin_prefetch(target, 1);
      sum[r][v] = more ? load_first(target, v < vectors - 1 ? LANES : last, 0) : 0;
    }
  const int64_t one = p->a_row, two = 2 * one, three = 3 * one;
  const float *a4 = a + 4 * one, *a8 = a + 8 * one;
  const bool ahead = depth >= 128 && p->a_column == 1;
  for (int64_t start = 0; start < depth; start += LANES) {
    if (ahead) _Pragma("unroll") for (int r = 0; r < rows; r++) __builtin_prefetch(a + (rows + r) * one, 0, 2);
    const int64_t steps = depth - start < LANES ? depth - start : LANES;
    for (int64_t d = 0; d < steps; d++) {
      Lanes row[WIDEST];
      _Pragma("unroll") for (int v = 0; v < vectors; v++) row[v] = load(b + v * LANES);
      _Pragma("unroll") for (int r = 0; r < rows; r++) {
        const float *fourth = r < 4 ? a : r < 8 ? a4 : a8;
        const float x = fourth[r % 4 == 0 ? 0 : r % 4 == 1 ? one : r % 4 == 2 ? two : three];
        _Pragma("unroll") for (int v = 0; v < vectors; v++) sum[r][v] += x * row[v];
      }
      __builtin_prefetch(a + 8 * p->a_column);
      a += p->a_column;
      a4 += p->a_column;
      a8 += p->a_column;
      b += b_row;
      __asm__("" : "+r"(a), "+r"(a4), "+r"(a8));
    }
  }
  _Pragma("unroll") for (int r = 0; r < rows; r++)
    _Pragma("unroll") for (int v = 0; v < vectors; v++)
      store_first(c + r * p->c_row + v * LANES, alpha * sum[r][v], v < vectors - 1 ? LANES : last);
}

/// All rows of c for one panel of b, in tiles of nearly equal height.
INLINE void tiles(const int tallest, const int vectors, const Product *p, const float *a, const float *b,
                  int64_t b_row, float *c, int64_t depth, int64_t last, float alpha, bool more) {
  const int64_t count = (p->m + tallest - 1) / tallest;
  for (int64_t t = 0; t < count; t++) {
    const int64_t i = p->m * t / count, rows = p->m * (t + 1) / count - i;
#define TILE(height)                                                                                                 \
  case height:                                                                                                       \
    if (height <= tallest)                                                                                           \
      tile(height, vectors, p, a + i * p->a_row, b, b_row, c + i * p->c_row, depth, last, alpha, more);                     \
    break;
    switch (rows) {
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
    }
  }
}

/// panel [depth, vectors] = b [depth, width]; where the columns of b are contiguous, 16 x 16 elements at a time.
INLINE void pack(const Product *p, const float *b, float *panel, int64_t depth, int64_t width, int64_t row) {
  if (p->b_column == 1) {
    for (int64_t d = 0; d < depth; d++)
      for (int64_t j = 0; j < row; j += LANES) store(panel + d * row + j, load_first(b + d * p->b_row + j, width - j, 0));
    return;
  }
  if (p->b_row != 1) {
    for (int64_t d = 0; d < depth; d++)
      for (int64_t j = 0; j < row; j++) panel[d * row + j] = j < width ? b[d * p->b_row + j * p->b_column] : 0;
    return;
  }
  for (int64_t j = 0; j < width; j += LANES)
    for (int64_t d = 0; d < depth; d += LANES) {
      Lanes block[LANES];
      const float *corner = b + j * p->b_column + d;
      const int64_t columns = width - j < LANES ? width - j : LANES;
      if (depth - d >= LANES && columns == LANES) {
        _Pragma("unroll") for (int i = 0; i < LANES; i++) block[i] = load(corner + i * p->b_column);
      } else {
        _Pragma("unroll") for (int i = 0; i < LANES; i++)
          block[i] = i < columns ? load_first(corner + i * p->b_column, depth - d, 0) : 0;
      }
      transpose(block);
      _Pragma("unroll") for (int i = 0; i < LANES; i++) store(panel + (d + i) * row + j, block[i]);
    }
}

/// One product c [m, n] = alpha a [m, k] b [k, n], with tiles of at most tallest x widest vectors.
INLINE void multiply(const int tallest, const int widest, const Product *p, const float *a, const float *b, float *c) {
  float panel[DEPTH * WIDEST * LANES] __attribute__((aligned(64)));
  int64_t from = 0;
  do {
    const int64_t depth = p->k - from < DEPTH ? p->k - from : DEPTH;
    const float alpha = from + depth == p->k ? p->alpha : 1;
    for (int64_t j = 0; j < p->n; j += widest * LANES) {
      const int64_t width = p->n - j < widest * LANES ? p->n - j : widest * LANES;
      const int64_t vectors = (width + LANES - 1) / LANES, last = width - (vectors - 1) * LANES;
      const float *left = a + from * p->a_column, *right = b + from * p->b_row + j * p->b_column;
      int64_t row = p->b_row;
      if (p->b_column != 1 || last < LANES) {
        row = vectors * LANES;
        pack(p, right, panel, depth, width, row);
        right = panel;
      }
      if (vectors == widest) tiles(tallest, widest, p, left, right, row, c + j, depth, last, alpha, from > 0);
      else tiles(tallest, 1, p, left, right, row, c + j, depth, last, alpha, from > 0);
    }
    from += DEPTH;
  } while (from < p->k);
}

typedef void (*Multiply)(const Product *, const float *a, const float *b, float *c);

/// Sums that fit the registers of each level: 32 of 16 lanes, 16 of 8, 16 of 4.
__attribute__((target("arch=x86-64-v4"))) static void multiply_512(const Product *p, const float *a, const float *b, float *c) { multiply(12, 2, p, a, b, c); }
__attribute__((target("arch=x86-64-v3"))) static void multiply_256(const Product *p, const float *a, const float *b, float *c) { multiply(6, 1, p, a, b, c); }
static void multiply_128(const Product *p, const float *a, const float *b, float *c) { multiply(3, 1, p, a, b, c); }

void imf_batched_matmul(const float *a, const int64_t *offsets_a, int64_t a_row, int64_t a_column,
                        const float *b, const int64_t *offsets_b, int64_t b_row, int64_t b_column,
                        float *c, const int64_t *offsets_c, int64_t c_row, float alpha,
                        int64_t m, int64_t n, int64_t k, int64_t from, int64_t to) {
  const Product product = {a_row, a_column, b_row, b_column, c_row, m, n, k, alpha};
  const Multiply level = __builtin_cpu_supports("x86-64-v4") ? multiply_512
    : __builtin_cpu_supports("x86-64-v3") ? multiply_256 : multiply_128;
  for (int64_t batch = from; batch < to; batch++)
    level(&product, a + offsets_a[batch], b + offsets_b[batch], c + offsets_c[batch]);
}
