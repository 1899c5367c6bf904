// Products of many small matrices, as attention needs them: too small, and too oddly strided, for a
// library call each. c is covered by tiles (tile.h); a panel of b, one tile wide, is read in place
// where its rows are contiguous and whole, else it is packed, or turned over, into a buffer on the
// stack. Read from the bottom.
#include "CKernels.h"
#include "product.h"
#include "tile.h"
#include "transposition.h"

/// Rows of b that a panel holds; a longer k takes several rounds, adding to c.
enum { DEPTH = 512 };

/// All m rows of c for one panel of b, in tiles of nearly equal height: t stands at the first row.
INLINE void multiply_panel(const int tallest, const int vectors, int64_t m, Tile t) {
  const float *a = t.a;
  float *c = t.c;
  const int64_t count = (m + tallest - 1) / tallest;
  for (int64_t i = 0; i < count; i++) {
    const int64_t from = m * i / count, rows = m * (i + 1) / count - from;
    t.a = a + from * t.a_row;
    t.c = c + from * t.c_row;
    multiply_rows(tallest, vectors, rows, &t);
  }
}

/// panel [depth, row] = b [depth, width], row a multiple of LANES, with zeros beyond width.
INLINE void pack(const Product *p, const float *b, float *panel, int64_t depth, int64_t width,
                 int64_t row) {
  if (p->b_column == 1) {
    for (int64_t d = 0; d < depth; d++)
      for (int64_t j = 0; j < row; j += LANES)
        store(panel + d * row + j, load_first(b + d * p->b_row + j, width - j, 0));
    return;
  }
  if (p->b_row != 1) {
    for (int64_t d = 0; d < depth; d++)
      for (int64_t j = 0; j < row; j++)
        panel[d * row + j] = j < width ? b[d * p->b_row + j * p->b_column] : 0;
    return;
  }
  // Columns are contiguous: 16 x 16 elements at a time. The panel has room for a whole last block.
  for (int64_t j = 0; j < width; j += LANES) {
    for (int64_t d = 0; d < depth; d += LANES) {
      Lanes block[LANES];
      const float *corner = b + j * p->b_column + d;
      const int64_t columns = width - j < LANES ? width - j : LANES;
      if (depth - d >= LANES && columns == LANES) {
        _Pragma("unroll") for (int i = 0; i < LANES; i++)
          block[i] = load(corner + i * p->b_column);
      } else {
        _Pragma("unroll") for (int i = 0; i < LANES; i++)
          block[i] = i < columns ? load_first(corner + i * p->b_column, depth - d, 0) : 0;
      }
      transpose(block);
      _Pragma("unroll") for (int i = 0; i < LANES; i++)
        store(panel + (d + i) * row + j, block[i]);
    }
  }
}

/// One product, in tiles of at most tallest x widest vectors.
INLINE void multiply(const int tallest, const int widest, const Product *p, const float *a,
                     const float *b, float *c) {
  float panel[DEPTH * WIDEST * LANES] __attribute__((aligned(64)));
  int64_t start = 0;
  do {
    const int64_t depth = p->k - start < DEPTH ? p->k - start : DEPTH;
    for (int64_t j = 0; j < p->n; j += widest * LANES) {
      const int64_t width = p->n - j < widest * LANES ? p->n - j : widest * LANES;
      const int64_t vectors = (width + LANES - 1) / LANES, last = width - (vectors - 1) * LANES;
      const float *right = b + start * p->b_row + j * p->b_column;
      int64_t row = p->b_row;
      if (p->b_column != 1 || last < LANES) {
        row = vectors * LANES;
        pack(p, right, panel, depth, width, row);
        right = panel;
      }
      const Tile top = {
        .a = a + start * p->a_column, .b = right, .c = c + j,
        .a_row = p->a_row, .a_column = p->a_column, .b_row = row, .c_row = p->c_row,
        .depth = depth, .last = p->roomy ? LANES : last,
        .alpha = start + depth == p->k ? p->alpha : 1, .more = start > 0 || p->add,
      };
      if (vectors == widest) multiply_panel(tallest, widest, p->m, top);
      else multiply_panel(tallest, 1, p->m, top);
    }
    start += DEPTH;
  } while (start < p->k);
}

/// One level of x86-64, with the largest tile whose sums fit its registers.
#define LEVEL(name, tallest, widest)                                             \
  static void name(const Product *p, const float *a, const float *b, float *c) { \
    multiply(tallest, widest, p, a, b, c);                                       \
  }

__attribute__((target("arch=x86-64-v4"))) LEVEL(multiply_512, TALLEST, WIDEST)
__attribute__((target("arch=x86-64-v3"))) LEVEL(multiply_256, 6, 1)
LEVEL(multiply_128, 3, 1)

typedef void (*Multiply)(const Product *p, const float *a, const float *b, float *c);

static Multiply best_level(void) {
  if (__builtin_cpu_supports("x86-64-v4")) return multiply_512;
  if (__builtin_cpu_supports("x86-64-v3")) return multiply_256;
  return multiply_128;
}

void multiply_matrices(const Product *p, const float *a, const float *b, float *c) {
  best_level()(p, a, b, c);
}

void imf_batched_matmul(const float *a, const int64_t *offsets_a, int64_t a_row, int64_t a_column,
                        const float *b, const int64_t *offsets_b, int64_t b_row, int64_t b_column,
                        float *c, const int64_t *offsets_c, int64_t c_row, float alpha,
                        int64_t m, int64_t n, int64_t k, int64_t from, int64_t to) {
  const Product product = {a_row, a_column, b_row, b_column, c_row, m, n, k, alpha, false, false};
  const Multiply multiply_one = best_level();
  for (int64_t batch = from; batch < to; batch++)
    multiply_one(&product, a + offsets_a[batch], b + offsets_b[batch], c + offsets_c[batch]);
}
