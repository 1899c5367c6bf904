// Work spread over threads: libgomp's pool, the one oneDNN runs on, reached through the calls that
// compilers emit. A second pool would compete with it for the processors, and clang's own OpenMP
// would bring a second runtime. A pool belongs to the thread that calls: call from one thread only,
// or each caller gets a pool of its own.
#define _GNU_SOURCE
#include "CKernels.h"

#include <sched.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_in_parallel(void);

typedef struct {
  void (*body)(void *context, int part);
  void *context;
  int parts;
} Job;

/// The parts of the calling thread: thread t of T takes parts * t / T ..< parts * (t + 1) / T.
static void run_share(void *data) {
  const Job *job = data;
  const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
  const int from = (int)(job->parts * thread / threads);
  const int to = (int)(job->parts * (thread + 1) / threads);
  const unsigned former = imf_flush_denormals();
  for (int part = from; part < to; part++) job->body(job->context, part);
  imf_restore_denormals(former);
}

void imf_parallel(int threads, int parts, void (*body)(void *context, int part), void *context) {
  if (threads > parts) threads = parts;
  if (threads <= 1 || omp_in_parallel()) {
    for (int part = 0; part < parts; part++) body(context, part);
    return;
  }
  Job job = {body, context, parts};
  GOMP_parallel(run_share, &job, (unsigned)threads, 0);
}

// Bits of MXCSR: results (FTZ, bit 15) and operands (DAZ, bit 6) too small for a normal number count as 0.
unsigned imf_flush_denormals(void) {
#ifdef __x86_64__
  const unsigned former = _mm_getcsr();
  _mm_setcsr(former | 0x8040);
  return former;
#else
  return 0;
#endif
}

void imf_restore_denormals(unsigned former) {
#ifdef __x86_64__
  _mm_setcsr(former);
#else
  (void)former;
#endif
}

int imf_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}
