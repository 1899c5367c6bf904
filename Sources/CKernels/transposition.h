// A 16 x 16 block of float32 turned over in registers: elements, then pairs, then quarters of a
// register change places, 64 shuffles in all instead of 256 loads and stores.
#ifndef TRANSPOSITION_H
#define TRANSPOSITION_H

#include "lanes.h"

#define SHUFFLE __builtin_shufflevector
#define LOW_ELEMENTS(a, b) \
  SHUFFLE(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH_ELEMENTS(a, b) \
  SHUFFLE(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN_QUARTERS(a, b) \
  SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD_QUARTERS(a, b) \
  SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)

/// Row i, lane j of x becomes row j, lane i.
INLINE void transpose(Lanes x[LANES]) {
  Lanes t[LANES];
  _Pragma("unroll") for (int i = 0; i < LANES; i += 2) {
    t[i] = LOW_ELEMENTS(x[i], x[i + 1]);
    t[i + 1] = HIGH_ELEMENTS(x[i], x[i + 1]);
  }
  _Pragma("unroll") for (int i = 0; i < LANES; i += 4) {
    x[i] = LOW_PAIRS(t[i], t[i + 2]);
    x[i + 1] = HIGH_PAIRS(t[i], t[i + 2]);
    x[i + 2] = LOW_PAIRS(t[i + 1], t[i + 3]);
    x[i + 3] = HIGH_PAIRS(t[i + 1], t[i + 3]);
  }
  // Quarter q of x[4 g + c] now holds column 4 q + c of the rows 4 g ..< 4 g + 4.
  _Pragma("unroll") for (int c = 0; c < 4; c++) {
    const Lanes even = EVEN_QUARTERS(x[c], x[c + 4]), even8 = EVEN_QUARTERS(x[c + 8], x[c + 12]);
    const Lanes odd = ODD_QUARTERS(x[c], x[c + 4]), odd8 = ODD_QUARTERS(x[c + 8], x[c + 12]);
    x[c] = EVEN_QUARTERS(even, even8);
    x[c + 4] = EVEN_QUARTERS(odd, odd8);
    x[c + 8] = ODD_QUARTERS(even, even8);
    x[c + 12] = ODD_QUARTERS(odd, odd8);
  }
}

#endif
