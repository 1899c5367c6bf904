// How kernels are compiled: once for each level of x86-64, the best one chosen when the program is
// loaded. CLONES stands before a kernel; what it calls must be INLINE, or it would run in the code
// of the lowest level. EACH stands before a loop whose iterations are independent even where output
// and input are the same memory; EACH_LANE before one over the lanes of a single vector, so that it
// becomes one instruction, masked where it has a condition: as wide as it is whatever the compiler
// prefers, or the halves meet in memory, where a whole read waits for both writes.
#ifndef DISPATCH_H
#define DISPATCH_H

// Sanitizers see one level only: clones are chosen by resolvers that the loader runs before a sanitizer's memory is
// mapped, and the calls that instrumentation puts into them crash.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CLONES
#else
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#define INLINE static inline __attribute__((always_inline))
#define EACH _Pragma("clang loop vectorize(assume_safety) interleave_count(2)")
#define EACH_LANE(width) \
  PRAGMA(clang loop vectorize(assume_safety) vectorize_width(width) interleave_count(1) unroll(disable))
#define PRAGMA(text) _Pragma(#text)

#endif
