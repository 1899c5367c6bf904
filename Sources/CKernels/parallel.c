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

#if !__has_feature(thread_sanitizer)
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

#endif

#if __has_feature(thread_sanitizer)
// libgomp synchronises by futex calls of its own, which the sanitizer cannot see: every loop would count as a race. Under
// it, and only there, each call makes its threads itself. What oneDNN and OpenBLAS do with theirs stays unseen.
#include <pthread.h>
#include <stdlib.h>

typedef struct {
  const Job *job;
  int thread, threads;
} Share;

static _Thread_local bool is_inside;

static void *run_seen(void *data) {
  const Share *share = data;
  const Job *job = share->job;
  is_inside = true;
  const unsigned former = imf_flush_denormals();
  const int from = (int)((int64_t)job->parts * share->thread / share->threads);
  const int to = (int)((int64_t)job->parts * (share->thread + 1) / share->threads);
  for (int part = from; part < to; part++) job->body(job->context, part);
  imf_restore_denormals(former);
  return NULL;
}

void imf_parallel(int threads, int parts, void (*body)(void *context, int part), void *context) {
  if (threads > parts) threads = parts;
  const Job job = {body, context, parts};
  if (threads <= 1 || is_inside) {
    for (int part = 0; part < parts; part++) body(context, part);
    return;
  }
  pthread_t *workers = calloc((size_t)threads, sizeof *workers);
  Share *shares = calloc((size_t)threads, sizeof *shares);
  bool *started = calloc((size_t)threads, sizeof *started);
  for (int t = 0; t < threads; t++) {
    shares[t] = (Share){&job, t, threads};
    started[t] = pthread_create(&workers[t], NULL, run_seen, &shares[t]) == 0;
    if (!started[t]) run_seen(&shares[t]);
  }
  for (int t = 0; t < threads; t++)
    if (started[t]) pthread_join(workers[t], NULL);
  is_inside = false;
  free(started);
  free(shares);
  free(workers);
}
#else
void imf_parallel(int threads, int parts, void (*body)(void *context, int part), void *context) {
  if (threads > parts) threads = parts;
  if (threads <= 1 || omp_in_parallel()) {
    for (int part = 0; part < parts; part++) body(context, part);
    return;
  }
  Job job = {body, context, parts};
  GOMP_parallel(run_share, &job, (unsigned)threads, 0);
}
#endif

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
