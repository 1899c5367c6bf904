// One reduction of one type; reduce.c includes this file once for each, with these names defined:
// NAME, TYPE, WIDTH (elements in 64 bytes), IDENTITY and COMBINE(a, b), for numbers as well as for
// vectors of them.
//
// Two walks: rows, where the reduced axis is contiguous, and columns, which combines whole rows
// with each other. Both cut a long axis into blocks, whose results are combined in pairs, pairs of
// pairs and so on: the error of a sum stays near that of pairwise summation, and the order depends
// on the shape alone.

#define GLUE(a, b) a##_##b
#define JOIN(a, b) GLUE(a, b)
#define VECTOR JOIN(NAME, vector)
#define ADD_BLOCK JOIN(NAME, add_block)
#define REDUCE_RUN JOIN(NAME, reduce_run)
#define REDUCE_ROWS JOIN(NAME, reduce_rows)
#define REDUCE_COLUMNS JOIN(NAME, reduce_columns)
#define REDUCE_NARROW JOIN(NAME, reduce_narrow)

typedef TYPE VECTOR __attribute__((ext_vector_type(WIDTH), aligned(sizeof(TYPE))));

/// Puts the results of block number `block` (0, 1, 2 ... in turn) on top of partial [depth, width]
/// and combines the pairs that are now complete: as many as `block` has low 1 bits. After the
/// `last` block all that are left combine.
INLINE void ADD_BLOCK(TYPE *partial, int64_t stride, int64_t width, int64_t block, bool last,
                      int *depth) {
  *depth += 1;
  for (int64_t bits = block; *depth > 1 && (last || bits & 1); bits >>= 1) {
    *depth -= 1;
    const TYPE *from = partial + *depth * stride;
    TYPE *to = partial + (*depth - 1) * stride;
    EACH for (int64_t j = 0; j < width; j++) to[j] = COMBINE(to[j], from[j]);
  }
}

/// x [n] -> one element: four vectors of running results, combined at the end, then their lanes in
/// pairs.
INLINE TYPE REDUCE_RUN(const TYPE *x, int64_t n) {
  VECTOR a = IDENTITY, b = a, c = a, d = a;
  int64_t i = 0;
  for (; i + 4 * WIDTH <= n; i += 4 * WIDTH) {
    const VECTOR *v = (const VECTOR *)(x + i);
    a = COMBINE(a, v[0]);
    b = COMBINE(b, v[1]);
    c = COMBINE(c, v[2]);
    d = COMBINE(d, v[3]);
  }
  a = COMBINE(a, b);
  c = COMBINE(c, d);
  a = COMBINE(a, c);
  for (; i + WIDTH <= n; i += WIDTH) {
    const VECTOR v = *(const VECTOR *)(x + i);
    a = COMBINE(a, v);
  }
  TYPE lane[WIDTH];
  if (i < n) {
    EACH_LANE(WIDTH) for (int64_t j = 0; j < WIDTH; j++)
      lane[j] = i + j < n ? x[i + j] : IDENTITY;
    const VECTOR v = *(const VECTOR *)lane;
    a = COMBINE(a, v);
  }
  *(VECTOR *)lane = a;
  _Pragma("unroll") for (int half = WIDTH / 2; half > 0; half /= 2)
    _Pragma("unroll") for (int j = 0; j < half; j++) lane[j] = COMBINE(lane[j], lane[j + half]);
  return lane[0];
}

/// x [rows, reduce] -> y [rows], rows from ..< to.
CLONES static void REDUCE_ROWS(const TYPE *x, TYPE *y, int64_t reduce, int64_t from,
                               int64_t to) {
  TYPE partial[LEVELS];
  for (int64_t row = from; row < to; row++) {
    const TYPE *source = x + row * reduce;
    int depth = 0;
    for (int64_t block = 0; depth == 0 || block * RUN < reduce; block++) {
      const int64_t left = reduce - block * RUN;
      partial[depth] = REDUCE_RUN(source + block * RUN, left < RUN ? left : RUN);
      ADD_BLOCK(partial, 1, 1, block, left <= RUN, &depth);
    }
    y[row] = partial[0];
  }
}

/// x [rows, width], rows `stride` apart -> y [width], width <= TILE.
CLONES static void REDUCE_COLUMNS(const TYPE *x, TYPE *y, int64_t rows, int64_t width,
                                  int64_t stride) {
  TYPE partial[LEVELS * TILE];
  int depth = 0;
  for (int64_t block = 0; depth == 0 || block * ROWS < rows; block++) {
    TYPE *result = partial + depth * TILE;
    EACH for (int64_t j = 0; j < width; j++) result[j] = IDENTITY;
    const int64_t left = rows - block * ROWS, count = left < ROWS ? left : ROWS;
    const TYPE *a = x + block * ROWS * stride;
    int64_t row = 0;
    for (; row + 4 <= count; row += 4, a += 4 * stride) {
      const TYPE *b = a + stride, *c = b + stride, *d = c + stride;
      EACH for (int64_t j = 0; j < width; j++) {
        const TYPE ab = COMBINE(a[j], b[j]), cd = COMBINE(c[j], d[j]);
        const TYPE four = COMBINE(ab, cd);
        result[j] = COMBINE(result[j], four);
      }
    }
    for (; row < count; row++, a += stride)
      EACH for (int64_t j = 0; j < width; j++) result[j] = COMBINE(result[j], a[j]);
    ADD_BLOCK(partial, TILE, width, block, left <= ROWS, &depth);
  }
  for (int64_t j = 0; j < width; j++) y[j] = partial[j];
}

/// x [rows, inner] -> y [inner] for short rows: `fold` of them side by side make one long row.
static void REDUCE_NARROW(const TYPE *x, TYPE *y, int64_t rows, int64_t inner) {
  TYPE folded[TILE];
  for (int64_t done = 0; done < rows || done == 0;) {
    int64_t fold = 1;
    while (2 * fold * inner <= TILE && 2 * fold <= rows - done) fold *= 2;
    const int64_t count = (rows - done) / fold;
    REDUCE_COLUMNS(x + done * inner, folded, count, fold * inner, fold * inner);
    for (int64_t half = fold / 2; half > 0; half /= 2)
      for (int64_t j = 0; j < half * inner; j++)
        folded[j] = COMBINE(folded[j], folded[j + half * inner]);
    for (int64_t j = 0; j < inner; j++)
      y[j] = done == 0 ? folded[j] : COMBINE(y[j], folded[j]);
    if (count == 0) break;
    done += count * fold;
  }
}

/// x [outer, reduce, inner] -> y [outer, inner], from ..< to of outer, first ..< last of inner.
static void NAME(const void *input, void *output, int64_t reduce, int64_t inner, int64_t from,
                 int64_t to, int64_t first, int64_t last) {
  const TYPE *x = input;
  TYPE *y = output;
  if (inner == 1) return REDUCE_ROWS(x, y, reduce, from, to);
  for (int64_t o = from; o < to; o++) {
    const TYPE *source = x + o * reduce * inner;
    TYPE *target = y + o * inner;
    if (2 * inner <= TILE) {
      REDUCE_NARROW(source, target, reduce, inner);
      continue;
    }
    for (int64_t j = first; j < last; j += TILE)
      REDUCE_COLUMNS(source + j, target + j, reduce, last - j < TILE ? last - j : TILE, inner);
  }
}

#undef GLUE
#undef JOIN
#undef VECTOR
#undef ADD_BLOCK
#undef REDUCE_RUN
#undef REDUCE_ROWS
#undef REDUCE_COLUMNS
#undef REDUCE_NARROW
#undef NAME
#undef TYPE
#undef WIDTH
#undef IDENTITY
#undef COMBINE
