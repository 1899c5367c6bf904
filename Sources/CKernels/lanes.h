// Sixteen float32 side by side: one AVX-512 register, two of AVX, four of SSE. For kernels whose
// sums must stay in registers, which loops over plain arrays do not promise. Reads and writes need
// no alignment.
#ifndef LANES_H
#define LANES_H

#include "dispatch.h"

#include <stdint.h>
#include <string.h>

// The warning is about calls between levels; everything here is inlined into its caller.
#pragma clang diagnostic ignored "-Wpsabi"

enum { LANES = 16 };
typedef float Lanes __attribute__((ext_vector_type(16), aligned(4)));
typedef uint32_t LaneBits __attribute__((ext_vector_type(16)));
typedef float EightLanes __attribute__((ext_vector_type(8)));
typedef float FourLanes __attribute__((ext_vector_type(4)));
typedef float TwoLanes __attribute__((ext_vector_type(2)));

/// n rounded up to whole vectors.
INLINE int64_t whole_vectors(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

INLINE Lanes load(const float *x) { return *(const Lanes *)x; }
INLINE void store(float *y, Lanes x) { *(Lanes *)y = x; }

/// The first `count` elements at x; `rest` in the other lanes.
INLINE Lanes load_first(const float *x, int64_t count, float rest) {
  float all[LANES];
  EACH_LANE(16) for (int64_t lane = 0; lane < LANES; lane++) all[lane] = lane < count ? x[lane] : rest;
  return load(all);
}

/// The first `count` lanes; `rest` in the others.
INLINE Lanes keep_first(Lanes x, int64_t count, float rest) {
  float all[LANES];
  store(all, x);
  return load_first(all, count, rest);
}

/// Writes the first `count` lanes only, in pieces of 8, 4, 2 and 1: AVX's masked stores take dozens of
/// cycles on AMD's processors.
INLINE void store_first(float *y, Lanes x, int64_t count) {
  if (count >= LANES) {
    store(y, x);
    return;
  }
  float all[LANES];
  store(all, x);
  int64_t lane = count & 8;
  if (lane) memcpy(y, all, 8 * sizeof(float));
  if (count & 4) {
    memcpy(y + lane, all + lane, 4 * sizeof(float));
    lane += 4;
  }
  if (count & 2) {
    memcpy(y + lane, all + lane, 2 * sizeof(float));
    lane += 2;
  }
  if (count & 1) y[lane] = all[lane];
}

/// Halves fold onto each other, so the order of the sum is fixed.
INLINE float sum_of_lanes(Lanes x) {
  const EightLanes eight = x.lo + x.hi;
  const FourLanes four = eight.lo + eight.hi;
  const TwoLanes two = four.lo + four.hi;
  return two.x + two.y;
}

INLINE float largest_lane(Lanes x) {
  const EightLanes eight = x.lo > x.hi ? x.lo : x.hi;
  const FourLanes four = eight.lo > eight.hi ? eight.lo : eight.hi;
  const TwoLanes two = four.lo > four.hi ? four.lo : four.hi;
  return two.x > two.y ? two.x : two.y;
}

#endif
