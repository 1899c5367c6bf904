#include <oneapi/dnnl/dnnl.h>

// libgomp runs oneDNN's loops; its thread count is the library's.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);
