// Strided arrays copied to and from contiguous memory, a stretch of the row-major order at a time.
// The last two axes are a plane, copied row by row, or, where one side has its columns and the
// other its rows contiguous, in blocks; the axes before them are counted through.
#include "CKernels.h"
#include "transposition.h"

#include <string.h>

/// Offsets on either side are row * ..._row + column * ..._column, in elements.
typedef struct {
  int64_t rows, columns, to_row, to_column, from_row, from_column;
} Plane;

INLINE Plane with_axes_exchanged(Plane p) {
  return (Plane){p.columns, p.rows, p.to_column, p.to_row, p.from_column, p.from_row};
}

/// Below this, a row is too short for a loop of its own: the other axis becomes the inner one.
enum { SHORT = 8 };

/// A block of 4-byte elements: as COPY_BLOCK in plane_copy.h.
INLINE void copy_block_in_registers(float *to, int64_t to_row, const float *from,
                                    int64_t from_column, int64_t rows, int64_t columns) {
  Lanes block[LANES];
  if (rows >= LANES && columns >= LANES) {
    _Pragma("unroll") for (int i = 0; i < LANES; i++) block[i] = load(from + i * from_column);
    transpose(block);
    _Pragma("unroll") for (int i = 0; i < LANES; i++) store(to + i * to_row, block[i]);
  } else {
    _Pragma("unroll") for (int i = 0; i < LANES; i++)
      block[i] = i < columns ? load_first(from + i * from_column, rows, 0) : 0;
    transpose(block);
    _Pragma("unroll") for (int i = 0; i < LANES; i++)
      if (i < rows) store_first(to + i * to_row, block[i], columns);
  }
}

#define TYPE uint8_t
#include "plane_copy.h"

#define TYPE uint16_t
#include "plane_copy.h"

// Vector registers carry any 4 bytes, so float keeps the bits of whole numbers too.
#define TYPE float
#define TURNED_IN_REGISTERS
#include "plane_copy.h"
#undef TURNED_IN_REGISTERS

#define TYPE uint64_t
#include "plane_copy.h"

typedef void (*CopyPlane)(void *to, const void *from, const Plane *plane);

static CopyPlane copy_plane(size_t size) {
  switch (size) {
  case 1: return copy_plane_uint8_t;
  case 2: return copy_plane_uint16_t;
  case 4: return copy_plane_float;
  default: return copy_plane_uint64_t;
  }
}

/// Copies start ..< start + n of the strided array; a stretch may begin and end within a row.
static void walk(bool gather, char *strided, size_t size, int rank, const int64_t *shape,
                 const int64_t *strides, int64_t start, int64_t n, char *flat) {
  if (n <= 0) return;
  const CopyPlane copy = copy_plane(size);
  const int64_t columns = rank > 0 ? shape[rank - 1] : 1, rows = rank > 1 ? shape[rank - 2] : 1;
  const int64_t column_stride = rank > 0 ? strides[rank - 1] : 1;
  const int64_t row_stride = rank > 1 ? strides[rank - 2] : 0;
  int64_t index[rank + 1], offset = 0, rest = start / columns / rows;
  for (int axis = rank - 3; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    offset += index[axis] * strides[axis];
    rest /= shape[axis];
  }
  int64_t column = start % columns, row = start / columns % rows;
  while (true) {
    // One row that is not whole, or as many whole rows as are left of the plane and of n.
    int64_t tall = 1, wide = columns - column;
    if (wide > n) wide = n;
    else if (column == 0) tall = rows - row < n / columns ? rows - row : n / columns;
    char *corner = strided + (offset + row * row_stride + column * column_stride) * (int64_t)size;
    if (gather) copy(flat, corner, &(Plane){tall, wide, columns, 1, row_stride, column_stride});
    else copy(corner, flat, &(Plane){tall, wide, row_stride, column_stride, columns, 1});
    n -= tall * wide;
    if (n == 0) return;
    flat += tall * wide * (int64_t)size;
    column = 0;
    row += tall;
    if (row < rows) continue;
    row = 0;
    for (int axis = rank - 3; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}

void imf_gather_block(const void *base, size_t size, int rank, const int64_t *shape,
                      const int64_t *strides, int64_t start, int64_t n, void *y) {
  walk(true, (char *)base, size, rank, shape, strides, start, n, y);
}

void imf_scatter_block(void *base, size_t size, int rank, const int64_t *shape,
                       const int64_t *strides, int64_t start, int64_t n, const void *x) {
  walk(false, base, size, rank, shape, strides, start, n, (char *)x);
}
