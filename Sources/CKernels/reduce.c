// Sums, products and extremes along one axis: the table of what reduction.h makes of each type and
// operation. Whole numbers are summed and multiplied as unsigned ones, which wrap around by
// definition.
#include "CKernels.h"
#include "dispatch.h"

#include <math.h>

/// Elements of a contiguous block, rows of a block of columns, columns handled at a time (their
/// results stay in the first-level cache), and levels of pairs: enough for 2^32 blocks.
enum { RUN = 4096, ROWS = 32, TILE = 256, LEVELS = 34 };

#define SUM_OF(a, b) ((a) + (b))
#define PRODUCT_OF(a, b) ((a) * (b))
/// A NaN is larger, and smaller, than any number.
#define LARGER_OF(a, b) ((((b) > (a)) | ((b) != (b))) ? (b) : (a))
#define SMALLER_OF(a, b) ((((b) < (a)) | ((b) != (b))) ? (b) : (a))

#define NAME sum_int32
#define TYPE uint32_t
#define WIDTH 16
#define IDENTITY 0
#define COMBINE SUM_OF
#include "reduction.h"

#define NAME sum_int64
#define TYPE uint64_t
#define WIDTH 8
#define IDENTITY 0
#define COMBINE SUM_OF
#include "reduction.h"

#define NAME sum_float32
#define TYPE float
#define WIDTH 16
#define IDENTITY 0
#define COMBINE SUM_OF
#include "reduction.h"

#define NAME sum_float64
#define TYPE double
#define WIDTH 8
#define IDENTITY 0
#define COMBINE SUM_OF
#include "reduction.h"

#define NAME product_int32
#define TYPE uint32_t
#define WIDTH 16
#define IDENTITY 1
#define COMBINE PRODUCT_OF
#include "reduction.h"

#define NAME product_int64
#define TYPE uint64_t
#define WIDTH 8
#define IDENTITY 1
#define COMBINE PRODUCT_OF
#include "reduction.h"

#define NAME product_float32
#define TYPE float
#define WIDTH 16
#define IDENTITY 1
#define COMBINE PRODUCT_OF
#include "reduction.h"

#define NAME product_float64
#define TYPE double
#define WIDTH 8
#define IDENTITY 1
#define COMBINE PRODUCT_OF
#include "reduction.h"

#define NAME max_int32
#define TYPE int32_t
#define WIDTH 16
#define IDENTITY INT32_MIN
#define COMBINE LARGER_OF
#include "reduction.h"

#define NAME max_int64
#define TYPE int64_t
#define WIDTH 8
#define IDENTITY INT64_MIN
#define COMBINE LARGER_OF
#include "reduction.h"

#define NAME max_float32
#define TYPE float
#define WIDTH 16
#define IDENTITY -INFINITY
#define COMBINE LARGER_OF
#include "reduction.h"

#define NAME max_float64
#define TYPE double
#define WIDTH 8
#define IDENTITY (double)-INFINITY
#define COMBINE LARGER_OF
#include "reduction.h"

#define NAME min_int32
#define TYPE int32_t
#define WIDTH 16
#define IDENTITY INT32_MAX
#define COMBINE SMALLER_OF
#include "reduction.h"

#define NAME min_int64
#define TYPE int64_t
#define WIDTH 8
#define IDENTITY INT64_MAX
#define COMBINE SMALLER_OF
#include "reduction.h"

#define NAME min_float32
#define TYPE float
#define WIDTH 16
#define IDENTITY INFINITY
#define COMBINE SMALLER_OF
#include "reduction.h"

#define NAME min_float64
#define TYPE double
#define WIDTH 8
#define IDENTITY (double)INFINITY
#define COMBINE SMALLER_OF
#include "reduction.h"

typedef void (*Reduce)(const void *x, void *y, int64_t reduce, int64_t inner, int64_t from,
                       int64_t to, int64_t first, int64_t last);

#define NUMBERS(name)                                                                     \
  [IMF_INT32] = name##_int32, [IMF_INT64] = name##_int64, [IMF_FLOAT32] = name##_float32, \
  [IMF_FLOAT64] = name##_float64

static const Reduce kernels[IMF_REDUCTIONS][IMF_TYPES] = {
  [IMF_SUM] = {NUMBERS(sum)},
  [IMF_PRODUCT] = {NUMBERS(product)},
  [IMF_MAX] = {NUMBERS(max)},
  [IMF_MIN] = {NUMBERS(min)},
};

void imf_reduce(imf_reduction op, imf_type type, const void *x, void *y, int64_t outer,
                int64_t reduce, int64_t inner, int64_t from, int64_t to, int64_t first,
                int64_t last) {
  (void)outer;
  const Reduce kernel = op < IMF_REDUCTIONS && type < IMF_TYPES ? kernels[op][type] : NULL;
  if (kernel) kernel(x, y, reduce, inner, from, to, first, last);
}
