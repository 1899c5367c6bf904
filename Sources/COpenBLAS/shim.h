#include <cblas.h>

// LAPACK routines called here, Fortran linkage (OpenBLAS carries them; Debian ships no C prototypes with it).
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
