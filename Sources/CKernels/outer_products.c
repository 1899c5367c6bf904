// Sums of outer products, a^T b over many rows: how weights get their gradients. The factors are long and come from far
// away in memory, the result is small. So some rows are taken at a time: those of a are packed in the order of tiles
// (tile.h), and while they are multiplied the next ones are fetched. Read from the bottom.
#include "CKernels.h"
#include "tile.h"

/// How many rows are taken at a time: with a's IMF_OUTER_ROWS numbers a row a third of a second-level cache.
enum { ROUND = 144 };

/// Rows that are wanted soon, cache line by cache line.
typedef struct {
  const char *row;
  int64_t stride, width, rows, column;
} Ahead;

INLINE void fetch(Ahead *next, int64_t lines) {
  for (; lines > 0 && next->rows > 0; lines--) {
    __builtin_prefetch(next->row + next->column, 0, 2);
    next->column += 64;
    if (next->column < next->width) continue;
    next->column = 0;
    next->row += next->stride;
    next->rows--;
  }
}

/// tiles [m / height, depth, height] = a [depth, m]. Whole vectors are stored where the next row writes over what is too much.
INLINE void pack_tiles(const int height, const float *a, int64_t a_row, float *tiles, int64_t m, int64_t depth) {
  for (int64_t d = 0; d < depth; d++) {
    const float *row = a + d * a_row;
    float *target = tiles + d * height;
    int64_t i = 0;
    if (d + LANES < depth)
      for (; i + LANES <= m; i += height, target += depth * height) store(target, load(row + i));
    for (; i < m; i += height, target += depth * height)
      for (int64_t r = i; r < m && r < i + height; r++) target[r - i] = row[r];
  }
}

/// panel [depth, widest vectors] = b [depth, width], with zeros beyond width.
INLINE void pack_panel(const int widest, const float *b, int64_t b_row, float *panel, int64_t depth, int64_t width) {
  for (int64_t d = 0; d < depth; d++, b += b_row) {
    _Pragma("unroll") for (int v = 0; v < widest; v++, panel += LANES) {
      const int64_t left = width - v * LANES;
      store(panel, left >= LANES ? load(b + v * LANES) : left > 0 ? load_first(b + v * LANES, left, 0) : 0);
    }
  }
}

INLINE void sum(const int tallest, const int widest, const float *a, int64_t a_row, const float *b, int64_t b_row,
                float *c, int64_t c_row, int64_t m, int64_t n, int64_t from, int64_t to) {
  float tiles[(IMF_OUTER_ROWS + TALLEST) * ROUND] __attribute__((aligned(64)));
  float panel[ROUND * WIDEST * LANES] __attribute__((aligned(64)));
  const int64_t across = widest * LANES, tile_count = ((m + tallest - 1) / tallest) * ((n + across - 1) / across);
  const int64_t rounds = (to - from + ROUND - 1) / ROUND;
  for (int64_t round = 0; round < rounds; round++) {
    const int64_t start = from + (to - from) * round / rounds, end = from + (to - from) * (round + 1) / rounds;
    const int64_t after = round + 1 < rounds ? from + (to - from) * (round + 2) / rounds : end, depth = end - start;
    Ahead next_a = {(const char *)(a + end * a_row), a_row * 4, m * 4, after - end, 0};
    Ahead next_b = {(const char *)(b + end * b_row), b_row * 4, n * 4, after - end, 0};
    const int64_t lines_a = (after - end) * (m / LANES + 1) / tile_count + 1, lines_b = (after - end) * (n / LANES + 1) / tile_count + 1;
    pack_tiles(tallest, a + start * a_row, a_row, tiles, m, depth);
    for (int64_t j = 0; j < n; j += across) {
      const int64_t width = n - j < across ? n - j : across, vectors = (width + LANES - 1) / LANES;
      pack_panel(widest, b + start * b_row + j, b_row, panel, depth, width);
      for (int64_t i = 0; i < m; i += tallest) {
        fetch(&next_a, lines_a);
        fetch(&next_b, lines_b);
        const Tile tile = {
          .a = tiles + i * depth, .b = panel, .c = c + i * c_row + j,
          .a_row = 1, .a_column = tallest, .b_row = across, .c_row = c_row,
          .depth = depth, .last = width - (vectors - 1) * LANES, .alpha = 1, .more = round > 0,
        };
        const int64_t rows = m - i < tallest ? m - i : tallest;
        if (vectors == widest) multiply_rows(tallest, widest, rows, &tile);
        else multiply_rows(tallest, 1, rows, &tile);
      }
    }
  }
}

#define LEVEL(name, tallest, widest)                                                                                \
  static void name(const float *a, int64_t a_row, const float *b, int64_t b_row, float *c, int64_t c_row, int64_t m, \
                   int64_t n, int64_t from, int64_t to) {                                                           \
    sum(tallest, widest, a, a_row, b, b_row, c, c_row, m, n, from, to);                                             \
  }

__attribute__((target("arch=x86-64-v4"))) LEVEL(sum_512, TALLEST, WIDEST)
__attribute__((target("arch=x86-64-v3"))) LEVEL(sum_256, 6, 1)
LEVEL(sum_128, 3, 1)

void imf_outer_products(const float *a, int64_t a_row, const float *b, int64_t b_row, float *c, int64_t c_row, int64_t m,
                        int64_t n, int64_t from, int64_t to) {
  if (__builtin_cpu_supports("x86-64-v4")) sum_512(a, a_row, b, b_row, c, c_row, m, n, from, to);
  else if (__builtin_cpu_supports("x86-64-v3")) sum_256(a, a_row, b, b_row, c, c_row, m, n, from, to);
  else sum_128(a, a_row, b, b_row, c, c_row, m, n, from, to);
}
