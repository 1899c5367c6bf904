// Attention and its derivatives, some rows of scores at a time: they stay in the second-level cache, and the matrix of
// all scores is never made (the idea of Dao and others, "FlashAttention", 2022; rows are short enough here to need no
// running maximum). Every sum runs in an order that depends on the shapes alone.
#include "CKernels.h"
#include "lanes.h"
#include "product.h"

#include <stdlib.h>

/// Bytes of scores held at once, for each matrix of scores.
enum { SCORES = 128 << 10 };

/// What all three kernels walk: rows `row` ..< row + rows of one head.
typedef struct {
  int64_t head, row, rows, tokens, d;
} Rows;

/// How many rows of scores are held: a multiple of the tile's height, all tokens in rounds of nearly equal size.
static int64_t rows_held(int64_t tokens) {
  const int64_t most = SCORES / (int64_t)sizeof(float) / tokens / 12 * 12;
  const int64_t rounds = most < 12 ? (tokens + 11) / 12 : (tokens + most - 1) / most;
  return ((tokens + rounds - 1) / rounds + 11) / 12 * 12;
}

/// Element (row, 0) of a head.
static float *at(imf_heads x, int64_t head, int64_t row) { return x.x + x.offsets[head] + row * x.row; }

/// scores [rows, tokens], in rows of whole vectors, (+)= alpha a [rows, d] b^T, b [tokens, d].
static void compare(Rows r, imf_heads a, imf_heads b, float *scores, float alpha, bool add) {
  const Product p = {a.row, 1, 1, b.row, whole_vectors(r.tokens), r.rows, r.tokens, r.d, alpha, add, true};
  multiply_matrices(&p, at(a, r.head, r.row), at(b, r.head, 0), scores);
}

/// out [rows, d] (+)= weights [rows, tokens] x [tokens, d].
static void gather(Rows r, const float *weights, imf_heads x, imf_heads out, bool add) {
  const Product p = {whole_vectors(r.tokens), 1, x.row, 1, out.row, r.rows, r.d, r.tokens, 1, add, false};
  multiply_matrices(&p, weights, at(x, r.head, 0), at(out, r.head, r.row));
}

/// out [tokens, d] (+)= weights^T x, weights [rows, tokens], x [rows, d]. The first rows begin the sum.
static void scatter(Rows r, const float *weights, imf_heads x, imf_heads out) {
  const Product p = {1, whole_vectors(r.tokens), x.row, 1, out.row, r.tokens, r.d, r.rows, 1, r.row > 0, false};
  multiply_matrices(&p, weights, at(x, r.head, r.row), at(out, r.head, 0));
}

int64_t imf_attention_bands(int64_t tokens) {
  const int64_t held = rows_held(tokens);
  return (tokens + held - 1) / held;
}

/// Calls the statement for the rows of bands from ..< to.
#define EACH_BAND(statement)                                                            \
  const int64_t held = rows_held(tokens), bands = imf_attention_bands(tokens);          \
  for (int64_t band = from; band < to; band++) {                                        \
    const int64_t row = band % bands * held, left = tokens - row;                       \
    const Rows r = {band / bands, row, left < held ? left : held, tokens, d};           \
    statement                                                                           \
  }

/// Room for `count` matrices of scores.
static float *scores_for(int64_t tokens, int count) {
  return aligned_alloc(64, ((size_t)(rows_held(tokens) * whole_vectors(tokens) * count) * sizeof(float) + 63) & ~(size_t)63);
}

void imf_attention(imf_heads q, imf_heads k, imf_heads v, imf_heads out, float scale, int64_t tokens, int64_t d,
                   int64_t from, int64_t to) {
  float *p = scores_for(tokens, 1);
  EACH_BAND({
    compare(r, q, k, p, 1, false);
    imf_softmax(p, p, scale, tokens, whole_vectors(tokens), 0, r.rows);
    gather(r, p, v, out, false);
  })
  free(p);
}

void imf_attention_tangent(imf_heads q, imf_heads k, imf_heads v, imf_heads dq, imf_heads dk, imf_heads dv,
                           imf_heads out, float scale, int64_t tokens, int64_t d, int64_t from, int64_t to) {
  float *p = scores_for(tokens, 2), *ds = p + rows_held(tokens) * whole_vectors(tokens);
  EACH_BAND({
    compare(r, q, k, p, 1, false);
    imf_softmax(p, p, scale, tokens, whole_vectors(tokens), 0, r.rows);
    compare(r, dq, k, ds, 1, false);
    compare(r, q, dk, ds, 1, true);
    imf_softmax_derivative(p, ds, ds, scale, tokens, whole_vectors(tokens), 0, r.rows);
    gather(r, ds, v, out, false);
    gather(r, p, dv, out, true);
  })
  free(p);
}

void imf_attention_gradient(imf_heads q, imf_heads k, imf_heads v, imf_heads dout, imf_heads dq, imf_heads dk,
                            imf_heads dv, float scale, int64_t tokens, int64_t d, int64_t from, int64_t to) {
  float *p = scores_for(tokens, 2), *ds = p + rows_held(tokens) * whole_vectors(tokens);
  EACH_BAND({
    compare(r, q, k, p, 1, false);
    imf_softmax(p, p, scale, tokens, whole_vectors(tokens), 0, r.rows);
    scatter(r, p, dout, dv);
    compare(r, dout, v, ds, 1, false);
    imf_softmax_derivative(p, ds, ds, scale, tokens, whole_vectors(tokens), 0, r.rows);
    gather(r, ds, k, dq, false);
    scatter(r, ds, q, dk);
  })
  free(p);
}
