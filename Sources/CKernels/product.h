// One small matrix product, for kernels made of several: see batched_matmul.c.
#ifndef PRODUCT_H
#define PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

/// c [m, n] = alpha a [m, k] b [k, n]; with `add`, which wants alpha 1, c += a b. Strides in elements; c has rows.
typedef struct {
  int64_t a_row, a_column, b_row, b_column, c_row, m, n, k;
  float alpha;
  bool add;
  /// Rows of c have room for whole vectors: what lies past n becomes 0.
  bool roomy;
} Product;

void multiply_matrices(const Product *p, const float *a, const float *b, float *c);

#endif
