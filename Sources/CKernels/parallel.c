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
int omp_in_parallel(void);

typedef struct {
  void (*body)(void *context, int part);
  void *context;
  int parts;
  /// The part to be taken next.
  int next;
} Job;

/// Takes parts until none is left: a thread that the system holds up leaves the rest to the others.
static void run_parts(Job *job) {
  const unsigned former = imf_flush_denormals();
  for (;;) {
    const int part = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    if (part >= job->parts) break;
    job->body(job->context, part);
  }
  imf_restore_denormals(former);
}

#if __has_feature(thread_sanitizer)
// libgomp synchronises by futex calls of its own, which the sanitizer cannot see: every loop would count as a race. Under
// it, and only there, each call makes its threads itself. What oneDNN and OpenBLAS do with theirs stays unseen.
#include <pthread.h>
#include <stdlib.h>

static _Thread_local bool is_inside;

static void *run_seen(void *job) {
  is_inside = true;
  run_parts(job);
  is_inside = false;
  return NULL;
}

static bool is_nested(void) { return is_inside; }

static void run_on_threads(Job *job, int threads) {
  pthread_t *workers = calloc((size_t)threads, sizeof *workers);
  int started = 0;
  while (workers && started < threads && pthread_create(&workers[started], NULL, run_seen, job) == 0) started++;
  // Where no thread could be made, this one does it all.
  run_seen(job);
  for (int t = 0; t < started; t++) pthread_join(workers[t], NULL);
  free(workers);
}
#else
static bool is_nested(void) { return omp_in_parallel(); }

static void run_share(void *job) { run_parts(job); }

static void run_on_threads(Job *job, int threads) { GOMP_parallel(run_share, job, (unsigned)threads, 0); }
#endif

void imf_parallel(int threads, int parts, void (*body)(void *context, int part), void *context) {
  if (threads > parts) threads = parts;
  if (threads <= 1 || is_nested()) {
    for (int part = 0; part < parts; part++) body(context, part);
    return;
  }
  Job job = {body, context, parts, 0};
  run_on_threads(&job, threads);
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
