// The loops of the CPU device: every function reads and writes plain memory, keeps no state and calls
// nothing back, except `imf_parallel`, which spreads work over the threads that oneDNN uses too (libgomp).
// All buffers are contiguous unless strides are given; strides count elements. Shapes stand at each prototype.
// Blocks: the evaluator walks elementwise chains in blocks of at most IMF_BLOCK elements that stay in the
// first-level cache, so unary/binary/select kernels are called on short contiguous runs.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Elements a fused block holds: 1024 float32 are 4 KiB, so that a dozen of them fit the first-level cache.
#define IMF_BLOCK 1024

/// Element types, in promotion order (DType.swift has the same order: grep TYPE-ORDER).
typedef enum { IMF_BOOL, IMF_UINT8, IMF_INT32, IMF_INT64, IMF_BFLOAT16, IMF_FLOAT32, IMF_FLOAT64, IMF_TYPES } imf_type;

/// One-operand operations. Offered for float32 and float64; NEGATE, ABS, SIGN also for int32 and int64; NOT for bool.
typedef enum {
  IMF_NEGATE, IMF_ABS, IMF_SIGN, IMF_RECIPROCAL, IMF_SQRT, IMF_RSQRT, IMF_EXP, IMF_EXPM1, IMF_LOG, IMF_LOG1P,
  IMF_SIN, IMF_COS, IMF_TANH, IMF_SIGMOID, IMF_SILU /* x sigmoid(x) */, IMF_SILU_SLOPE /* its derivative */, IMF_ERF, IMF_ERFINV, IMF_FLOOR, IMF_CEIL, IMF_ROUND /* half to even */,
  IMF_ISNAN /* -> bool */, IMF_NOT, IMF_UNARIES
} imf_unary_op;

/// Two-operand operations. Arithmetic: int32, int64, float32, float64 (and uint8: add, subtract, multiply, maximum,
/// minimum, wrapping). Integer add/subtract/multiply wrap; integer FLOOR_DIVIDE and REMAINDER by zero give 0.
/// FLOOR_DIVIDE and REMAINDER follow Python (floor; sign of the divisor). POWER of integers wraps (exponents not
/// negative). DIVIDE and SWIGLU only for floats.
/// MAXIMUM and MINIMUM pass NaN on, as NumPy does. Comparisons: all types except bfloat16, result bool. AND, OR: bool.
typedef enum {
  IMF_ADD, IMF_SUBTRACT, IMF_MULTIPLY, IMF_DIVIDE, IMF_POWER, IMF_MAXIMUM, IMF_MINIMUM, IMF_FLOOR_DIVIDE,
  IMF_REMAINDER, IMF_SWIGLU /* silu(a) b */, IMF_EQUAL, IMF_NOT_EQUAL, IMF_LESS, IMF_LESS_EQUAL, IMF_AND, IMF_OR, IMF_BINARIES
} imf_binary_op;

typedef enum { IMF_SUM, IMF_PRODUCT, IMF_MAX, IMF_MIN, IMF_REDUCTIONS } imf_reduction;

typedef void (*imf_unary)(const void *x, void *y, size_t n);
typedef void (*imf_binary)(const void *a, const void *b, void *y, size_t n);

/// The kernel for an operation on operands of a type, or NULL where it is not offered. y may equal an input
/// when the element sizes are equal.
imf_unary imf_unary_kernel(imf_unary_op op, imf_type type);
imf_binary imf_binary_kernel(imf_binary_op op, imf_type type);

/// y[i] = x[i] converted. Floats to integers truncate and saturate (NaN gives 0); anything to bool is != 0;
/// float32 to bfloat16 rounds to nearest even.
imf_unary imf_cast_kernel(imf_type from, imf_type to);

/// y[i] = condition[i] ? a[i] : b[i], for elements of `size` 1, 2, 4 or 8 bytes.
void imf_select(const uint8_t *condition, const void *a, const void *b, void *y, size_t size, size_t n);

/// y[0..<n] = value, for elements of `size` 1, 2, 4 or 8 bytes.
void imf_fill(const void *value, void *y, size_t size, size_t n);

/// Copies the elements start ..< start + n, in row-major order, of a strided array of shape [rank] into
/// contiguous y. Strides may be zero or negative. Fast where the innermost axis has stride 1 or 0.
void imf_gather_block(const void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides,
                      int64_t start, int64_t n, void *y);

/// The reverse: writes n contiguous elements to the strided positions start ..< start + n.
void imf_scatter_block(void *base, size_t size, int rank, const int64_t *shape, const int64_t *strides,
                       int64_t start, int64_t n, const void *x);

/// x [outer, reduce, inner] -> y [outer, inner], for outer rows from ..< to and columns first ..< last (all of them where
/// inner is less than 256). Types: uint8 (as input of a cast only: not
/// offered), int32, int64, float32, float64; bool is cast before. Sums of float32 are accumulated in blocks so that the
/// error stays near that of pairwise summation; the order depends on the shape alone, never on the threads.
void imf_reduce(imf_reduction op, imf_type type, const void *x, void *y, int64_t outer, int64_t reduce, int64_t inner,
                int64_t from, int64_t to, int64_t first, int64_t last);

/// A part of an array [outer, reduce, inner]: rows from ..< to, columns first ..< last, and begin ..< end of the axis
/// between them. Stretches of that axis follow one another from 0 on.
typedef struct { int64_t from, to, begin, end, first, last; } imf_stretch;

/// Index of the first largest (or smallest) element along `reduce`; NaN wins. x [outer, reduce, inner] -> y int64, which
/// carries what earlier stretches found.
void imf_arg_reduce(bool largest, imf_type type, const void *x, int64_t *y, int64_t reduce, int64_t inner, imf_stretch s);

/// Running sum along `reduce`. x, y [outer, reduce, inner]; int32, int64, float32, float64. `former` [outer, inner], 8 bytes
/// each, carries the sums of earlier stretches; not read or written where a stretch is the whole axis.
void imf_cumsum(imf_type type, const void *x, void *y, void *former, int64_t reduce, int64_t inner, imf_stretch s);

/// y[o, i, :] = x[o, index[i], :] for the rows o * count + i in from ..< to; x [outer, rows, width bytes], y [outer, count,
/// width bytes]. The caller has checked 0 <= index < rows.
void imf_take(const void *x, const int64_t *index, void *y, int64_t rows, int64_t count, size_t width_bytes, int64_t from,
              int64_t to);

/// y[index[i], :] += x[i, :], sequential in i; x [count, width], y [rows, width]; float32, float64, int32, int64; columns
/// from ..< to of width only (threads split the columns, so the order of sums is fixed).
void imf_scatter_add(imf_type type, const void *x, const int64_t *index, void *y, int64_t count, int64_t width,
                     int64_t from, int64_t to);

/// keys[i] = a whole number that orders as x[i] does: -0 equals 0, NaN comes last. All types; the low `size` bytes of a
/// type's keys differ, the others are 0.
void imf_sort_keys(imf_type type, const void *x, uint64_t *keys, int64_t n);

/// Puts up to a few dozen keys into stable order, and their places 0 ..< n along with them.
void imf_sort_few(uint64_t *keys, int64_t *places, int64_t n);

/// One digit of a radix sort, bits shift ..< shift + 8 of the keys: how many keys have each value are added to counts [256];
/// and, with starts [256] where the next key of each value goes, the keys and places moved there in turn.
void imf_radix_count(const uint64_t *keys, int shift, int64_t *counts, int64_t n);
void imf_radix_move(const uint64_t *keys, const int64_t *places, uint64_t *new_keys, int64_t *new_places, int shift,
                    int64_t *starts, int64_t n);

/// Row-wise softmax, rows from ..< to of x [rows, n] float32 -> y; `scale` multiplies x first. Rows begin `row` numbers after
/// one another; where that leaves room for whole vectors of 16, what lies between them is overwritten.
void imf_softmax(const float *x, float *y, float scale, int64_t n, int64_t row, int64_t from, int64_t to);

/// dx = scale * y * (dy - sum(y * dy)) row by row: the derivative of imf_softmax, forward and backward alike.
void imf_softmax_derivative(const float *y, const float *dy, float *dx, float scale, int64_t n, int64_t row, int64_t from,
                            int64_t to);

/// Matrices [tokens, d] of several heads: element (t, i) of a head lies at x + offsets[head] + t * row + i.
typedef struct { float *x; const int64_t *offsets; int64_t row; } imf_heads;

/// Attention works on some rows of a head at a time, a band; so many bands make a head.
int64_t imf_attention_bands(int64_t tokens);

/// Attention without a matrix of all scores, bands from ..< to of all heads': with P = softmax(scale q k^T) by rows, out = P v.
void imf_attention(imf_heads q, imf_heads k, imf_heads v, imf_heads out, float scale, int64_t tokens, int64_t d,
                   int64_t from, int64_t to);

/// Its derivative along (dq, dk, dv).
void imf_attention_tangent(imf_heads q, imf_heads k, imf_heads v, imf_heads dq, imf_heads dk, imf_heads dv,
                           imf_heads out, float scale, int64_t tokens, int64_t d, int64_t from, int64_t to);

/// Its cotangents (dq, dk, dv) for the cotangent `dout`. A head's bands follow one another.
void imf_attention_gradient(imf_heads q, imf_heads k, imf_heads v, imf_heads dout, imf_heads dq, imf_heads dk,
                            imf_heads dv, float scale, int64_t tokens, int64_t d, int64_t from, int64_t to);

/// y = x / sqrt(mean(x^2) + eps) * weight, rows from ..< to of x [rows, n] float32; weight [n].
void imf_rms_norm(const float *x, const float *weight, float *y, float eps, int64_t n, int64_t from, int64_t to);

/// The derivative of x r, r = 1 / sqrt(mean(x^2) + eps), along d: with y = x r it is r (d - y mean(y d)), row by row of x
/// and d [rows, n] float32. `before` [n] multiplies d, `after` [n] the result; NULL where there is none.
void imf_rms_norm_derivative(const float *x, const float *d, const float *before, const float *after, float *result,
                             float eps, int64_t n, int64_t from, int64_t to);

/// sum [n] = the sum of dy x r over rows from ..< to: what the weight of x r weight gets.
void imf_rms_norm_weight_gradient(const float *x, const float *dy, float *sum, float eps, int64_t n, int64_t from, int64_t to);

/// Sums and sums of squares of each channel of x [pixels, c]; `room` holds 2 c numbers.
void imf_channel_sums_float32(const float *x, double *sums, double *squares, float *room, int64_t pixels, int64_t c);
void imf_channel_sums_bfloat16(const uint16_t *x, double *sums, double *squares, float *room, int64_t pixels, int64_t c);

/// y = factor x + offset by channel for x [pixels, c]; then y sigmoid(y) where `silu`.
void imf_channel_affine_float32(const float *x, const float *factor, const float *offset, float *y, int64_t pixels, int64_t c,
                                bool silu);
void imf_channel_affine_bfloat16(const uint16_t *x, const float *factor, const float *offset, uint16_t *y, int64_t pixels,
                                 int64_t c, bool silu);

/// y = x cosine + (x with the two of each pair exchanged) sine: rows from ..< to of x [.., tokens, heads, d] float32, the
/// tables [tokens, d]. d is even; y may be x.
void imf_rotary(const float *x, const float *cosine, const float *sine, float *y, int64_t tokens, int64_t heads, int64_t d, int64_t from, int64_t to);

/// c[b] = alpha * a[b] x b[b] for small matrices, batches from ..< to: a [m, k], b [k, n], c [m, n] float32, each with row
/// and column strides (elements; one of each pair is usually 1) and c with row stride (column stride 1). offsets_a/b/c give
/// each batch's first element. For the attention products, too small for a library call each (m, n, k up to a few hundred).
void imf_batched_matmul(const float *a, const int64_t *offsets_a, int64_t a_row, int64_t a_column,
                        const float *b, const int64_t *offsets_b, int64_t b_row, int64_t b_column,
                        float *c, const int64_t *offsets_c, int64_t c_row, float alpha,
                        int64_t m, int64_t n, int64_t k, int64_t from, int64_t to);

/// c = a^T b, the sum of the outer products of rows from ..< to of a [.., m] and b [.., n] float32; row strides in elements,
/// rows contiguous, m at most IMF_OUTER_ROWS. For a c that stays in the second-level cache. The order of the sum depends on
/// from and to alone.
#define IMF_OUTER_ROWS 560
void imf_outer_products(const float *a, int64_t a_row, const float *b, int64_t b_row, float *c, int64_t c_row, int64_t m,
                        int64_t n, int64_t from, int64_t to);

/// What one step of AdamW multiplies by: mu_scale and nu_scale correct the moments' bias.
typedef struct { float b1, b2, mu_scale, nu_scale, eps, weight_decay, rate; } imf_adamw_step;

/// One step of AdamW on n parameters p with gradients g and moments mu and nu. Results may be written over what they are made from.
void imf_adamw(const imf_adamw_step *step, const float *g, const float *p, const float *mu, const float *nu,
               float *new_p, float *new_mu, float *new_nu, int64_t n);

/// decay average + (1 - decay) p, n numbers; may be written over the average.
void imf_average(float decay, const float *p, const float *average, float *new_average, int64_t n);

/// How windows walk images [n, h, w, channels]: along height and width the image's size, the window's size, the step from
/// one to the next, the border before the image, and how many windows there are.
typedef struct { int64_t image[2], size[2], stride[2], before[2], count[2], channels; } imf_windows;

/// Patches of x [n, h, w, c] as rows of y [n * windows, size * size * c], 0 in the border; rows of windows (of n * count[0])
/// from ..< to.
void imf_patches(const double *x, double *y, const imf_windows *windows, int64_t from, int64_t to);

/// The reverse: overwrites x with the sum of what the patches y hold for each element; image rows (of n * h) from ..< to.
void imf_patches_sum(const double *y, double *x, const imf_windows *windows, int64_t from, int64_t to);

/// Largest element of each window, and its place in x (the first of equal ones; NaN wins); the border never wins. x [n, h, w,
/// c] -> y [n, windows, c]; int32, int64, float32, float64; rows of windows from ..< to.
void imf_window_max(imf_type type, const void *x, void *y, const imf_windows *windows, int64_t from, int64_t to);
void imf_window_argmax(imf_type type, const void *x, int64_t *y, const imf_windows *windows, int64_t from, int64_t to);

/// Sum of each window, rows of windows from ..< to; and the reverse: x = for each element the sum over the windows that
/// cover it, image rows from ..< to. float32, float64.
void imf_window_sum(imf_type type, const void *x, void *y, const imf_windows *windows, int64_t from, int64_t to);
void imf_window_spread(imf_type type, const void *y, void *x, const imf_windows *windows, int64_t from, int64_t to);

/// Threefry-2x32, 20 rounds: encrypts the pairs (x0[i], x1[i]) in place under the key.
void imf_threefry(uint32_t key0, uint32_t key1, uint32_t *x0, uint32_t *x1, size_t n);

/// Calls body(context, part) for 0 <= part < parts, spread over at most `threads` threads as they come free. Nested
/// calls run on the calling thread.
void imf_parallel(int threads, int parts, void (*body)(void *context, int part), void *context);

/// Makes this thread treat denormal numbers as 0, as XLA does: squares of small gradients are denormal, and
/// arithmetic on them is a hundred times slower. Returns what `imf_restore_denormals` puts back.
unsigned imf_flush_denormals(void);
void imf_restore_denormals(unsigned former);

/// Processors that this process may use.
int imf_processors(void);

#endif
