// Copies of planes of one element size; movement.c includes this file once for each, with TYPE
// defined. A block of at most 16 x 16 is COPY_BLOCK's; movement.c has a faster one for 4 bytes.

#define GLUE(a, b) a##_##b
#define JOIN(a, b) GLUE(a, b)
#define COPY_RUN JOIN(copy_run, TYPE)
#define COPY_BLOCK JOIN(copy_block, TYPE)
#define COPY_PLANE JOIN(copy_plane, TYPE)

/// n elements, strided on either side.
INLINE void COPY_RUN(TYPE *to, int64_t to_stride, const TYPE *from, int64_t from_stride,
                     int64_t n) {
  if (to_stride == 1 && from_stride == 1) {
    memcpy(to, from, (size_t)n * sizeof(TYPE));
  } else if (to_stride == 1 && from_stride == 0) {
    const TYPE value = *from;
    EACH for (int64_t i = 0; i < n; i++) to[i] = value;
  } else {
    for (int64_t i = 0; i < n; i++) to[i * to_stride] = from[i * from_stride];
  }
}

/// Columns are contiguous in `to`, rows in `from`: whole cache lines on both sides.
INLINE void COPY_BLOCK(TYPE *to, int64_t to_row, const TYPE *from, int64_t from_column,
                       int64_t rows, int64_t columns) {
#ifdef TURNED_IN_REGISTERS
  copy_block_in_registers(to, to_row, from, from_column, rows, columns);
#else
  for (int64_t r = 0; r < rows && r < LANES; r++)
    for (int64_t c = 0; c < columns && c < LANES; c++)
      to[r * to_row + c] = from[c * from_column + r];
#endif
}

CLONES static void COPY_PLANE(void *target, const void *source, const Plane *plane) {
  TYPE *to = target;
  const TYPE *from = source;
  Plane p = *plane;
  const bool turned =
    (p.to_row == 1 && p.from_column == 1) || (p.to_column == 1 && p.from_row == 1);
  if (turned && p.rows > 1 && p.columns > 1) {
    if (p.to_column != 1) p = with_axes_exchanged(p);
    for (int64_t r = 0; r < p.rows; r += LANES)
      for (int64_t c = 0; c < p.columns; c += LANES)
        COPY_BLOCK(to + r * p.to_row + c, p.to_row, from + c * p.from_column + r, p.from_column,
                   p.rows - r, p.columns - c);
    return;
  }
  if (p.columns < SHORT && p.rows > p.columns) p = with_axes_exchanged(p);
  for (int64_t r = 0; r < p.rows; r++)
    COPY_RUN(to + r * p.to_row, p.to_column, from + r * p.from_row, p.from_column, p.columns);
}

#undef GLUE
#undef JOIN
#undef COPY_RUN
#undef COPY_BLOCK
#undef COPY_PLANE
#undef TYPE
