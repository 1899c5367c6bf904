#include <oneapi/dnnl/dnnl.h>

// libgomp runs oneDNN's loops; its thread count is the library's.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);

// Where the first post-operation finds its second operand: a macro that Swift does not see.
static const int imf_first_binary_argument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;
