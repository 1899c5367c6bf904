// What the cores can do at most: multiply-adds on registers alone, one thread a core. Prints GFLOP/s.
// cc -O3 -march=native -pthread peak.c -o peak && ./peak 2

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { WIDTH = 16 };
#else
enum { WIDTH = 8 };
#endif
enum { CHAINS = 12, TURNS = 20000000 };
typedef float Lanes __attribute__((vector_size(4 * WIDTH)));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *spin(void *sink) {
  Lanes a[CHAINS], x, y;
  for (int j = 0; j < WIDTH; j++) x[j] = 0.999f, y[j] = 0.001f;
  for (int i = 0; i < CHAINS; i++) a[i] = x * (float)i;
  for (int n = 0; n < TURNS; n++) {
    _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) a[i] = a[i] * x + y;
  }
  for (int i = 0; i < CHAINS; i++) *(Lanes *)sink += a[i];
  return NULL;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 2;
  static Lanes sinks[64];
  double best = 1e9;
  if (threads < 1 || threads > 64) return 2;
  for (int run = 0; run < 5; run++) {
    pthread_t thread[64];
    double start = now();
    for (int i = 0; i < threads; i++) pthread_create(&thread[i], NULL, spin, &sinks[i]);
    for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
    double took = now() - start;
    if (took < best) best = took;
  }
  printf("%.1f\n", 2.0 * CHAINS * WIDTH * TURNS * threads / best / 1e9);
}
