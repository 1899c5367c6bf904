// Strided arrays copied to and from contiguous memory, a stretch of the row-major order at a time. The last two axes
// are a plane, copied row by row, or, where one side has its columns contiguous, in blocks turned over in registers;
// the axes before them are counted through. Elements of 4 bytes move as floats, which keeps their bits.
#include "CKernels.h"
#include "transposition.h"

#include <string.h>

/// What one copy moves: offsets on either side are row * ..._row + column * ..._column, in elements.
typedef struct {
  int64_t rows, columns, to_row, to_column, from_row, from_column;
} Plane;

INLINE Plane with_axes_exchanged(Plane p) {
  return (Plane){p.columns, p.rows, p.to_column, p.to_row, p.from_column, p.from_row};
}

/// Below this, a row is too short for a loop of its own: the other axis becomes the inner one.
enum { SHORT = 8 };

#define COPY_RUN(type)                                                                                            \
  INLINE void copy_run_##type(type *to, int64_t to_stride, const type *from, int64_t from_stride, int64_t n) {    \
    if (to_stride == 1 && from_stride == 1) {                                                                     \
      memcpy(to, from, (size_t)n * sizeof(type));                                                                 \
    } else if (to_stride == 1 && from_stride == 0) {                                                              \
      const type value = *from;                                                                                   \
      EACH for (int64_t i = 0; i < n; i++) to[i] = value;                                                         \
    } else {                                                                                                      \
      for (int64_t i = 0; i < n; i++) to[i * to_stride] = from[i * from_stride];                                  \
    }                                                                                                             \
  }

/// At most 16 x 16 elements, contiguous along rows in `from` and along columns in `to`: whole cache lines on both sides.
#define COPY_BLOCK(type)                                                                                          \
  INLINE void copy_block_##type(type *to, int64_t to_row, const type *from, int64_t from_column, int64_t rows,    \
                                int64_t columns) {                                                                \
    for (int64_t r = 0; r < rows && r < LANES; r++)                                                               \
      for (int64_t c = 0; c < columns && c < LANES; c++) to[r * to_row + c] = from[c * from_column + r];          \
  }

#define COPY_PLANE(type)                                                                                          \
  CLONES static void copy_plane_##type(void *target, const void *source, const Plane *plane) {                    \
    type *to = target;                                                                                            \
    const type *from = source;                                                                                    \
    Plane p = *plane;                                                                                             \
    const bool turned = (p.to_row == 1 && p.from_column == 1) || (p.to_column == 1 && p.from_row == 1);           \
    if (turned && p.rows > 1 && p.columns > 1) {                                                                  \
      if (p.to_column != 1) p = with_axes_exchanged(p);                                                           \
      for (int64_t r = 0; r < p.rows; r += LANES)                                                                 \
        for (int64_t c = 0; c < p.columns; c += LANES)                                                            \
          copy_block_##type(to + r * p.to_row + c, p.to_row, from + c * p.from_column + r, p.from_column,         \
                            p.rows - r, p.columns - c);                                                           \
      return;                                                                                                     \
    }                                                                                                             \
    if (p.columns < SHORT && p.rows > p.columns) p = with_axes_exchanged(p);                                      \
    for (int64_t r = 0; r < p.rows; r++)                                                                          \
      copy_run_##type(to + r * p.to_row, p.to_column, from + r * p.from_row, p.from_column, p.columns);           \
  }

/// In registers; lanes beyond the block's edge are neither read nor written.
INLINE void copy_block_float(float *to, int64_t to_row, const float *from, int64_t from_column, int64_t rows,
                             int64_t columns) {
  Lanes block[LANES];
  if (rows >= LANES && columns >= LANES) {
    _Pragma("unroll") for (int i = 0; i < LANES; i++) block[i] = load(from + i * from_column);
    transpose(block);
    _Pragma("unroll") for (int i = 0; i < LANES; i++) store(to + i * to_row, block[i]);
  } else {
    _Pragma("unroll") for (int i = 0; i < LANES; i++)
      block[i] = i < columns ? load_first(from + i * from_column, rows, 0) : 0;
    transpose(block);
    for (int i = 0; i < LANES && i < rows; i++) store_first(to + i * to_row, block[i], columns);
  }
}

COPY_BLOCK(uint8_t)
COPY_BLOCK(uint16_t)
COPY_BLOCK(uint64_t)
COPY_RUN(uint8_t)
COPY_RUN(uint16_t)
COPY_RUN(float)
COPY_RUN(uint64_t)
COPY_PLANE(uint8_t)
COPY_PLANE(uint16_t)
COPY_PLANE(float)
COPY_PLANE(uint64_t)

typedef void (*CopyPlane)(void *to, const void *from, const Plane *plane);

/// Walks start ..< start + n of the strided array, plane by plane; a stretch may begin and end within a row.
static void walk(bool gather, char *strided, size_t size, int rank, const int64_t *shape, const int64_t *strides,
                 int64_t start, int64_t n, char *flat) {
  if (n <= 0) return;
  const CopyPlane copy = size == 1 ? copy_plane_uint8_t : size == 2 ? copy_plane_uint16_t
    : size == 4 ? copy_plane_float : copy_plane_uint64_t;
  const int64_t columns = rank > 0 ? shape[rank - 1] : 1, column_stride = rank > 0 ? strides[rank - 1] : 1;
  const int64_t rows = rank > 1 ? shape[rank - 2] : 1, row_stride = rank > 1 ? strides[rank - 2] : 0;
  int64_t index[rank + 1], offset = 0, rest = start / columns / rows;
  for (int axis = rank - 3; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    offset += index[axis] * strides[axis];
    rest /= shape[axis];
  }
  int64_t column = start % columns, row = start / columns % rows;
  while (true) {
    const bool part = column > 0 || n < columns;
    const int64_t left = columns - column, tall = part ? 1 : rows - row < n / columns ? rows - row : n / columns;
    const int64_t wide = part && n < left ? n : left;
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

void imf_gather_block(const void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides,
                      int64_t start, int64_t n, void *y) {
  walk(true, (char *)base, size, rank, shape, strides, start, n, y);
}

void imf_scatter_block(void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides, int64_t start,
                       int64_t n, const void *x) {
  walk(false, base, size, rank, shape, strides, start, n, (char *)x);
}
