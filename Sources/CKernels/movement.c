// placeholder-free simple walk
#include "CKernels.h"

#include <string.h>

static void walk(char *base, size_t size, int rank, const int64_t *shape, const int64_t *strides, int64_t start,
                 int64_t n, char *flat, bool gather) {
  for (int64_t i = 0; i < n; i++) {
    int64_t rest = start + i, offset = 0;
    for (int axis = rank - 1; axis >= 0; axis--) {
      offset += rest % shape[axis] * strides[axis];
      rest /= shape[axis];
    }
    char *strided = base + offset * (int64_t)size, *contiguous = flat + i * (int64_t)size;
    if (gather) memcpy(contiguous, strided, size);
    else memcpy(strided, contiguous, size);
  }
}

void imf_gather_block(const void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides,
                      int64_t start, int64_t n, void *y) {
  walk((char *)base, size, rank, shape, strides, start, n, y, true);
}

void imf_scatter_block(void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides, int64_t start,
                       int64_t n, const void *x) {
  walk(base, size, rank, shape, strides, start, n, (char *)x, false);
}
