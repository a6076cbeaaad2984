#pragma once

#include "CScan.h"

#include <string.h>

/// 64 bytes that are compared at once, and the answer, a bit each: whatever vectors the machine has.
typedef uint8_t block __attribute__((vector_size(64)));
typedef _Bool mask __attribute__((ext_vector_type(64)));

/// Built for what every x86-64 has and once more for what most of them have: the better one is chosen when the program
/// starts. Sanitizers are not ready at that time.
#if defined(__x86_64__) && defined(__GLIBC__) && !__has_feature(address_sanitizer)
#define BUILT_TWICE __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define BUILT_TWICE
#endif

#define INLINE static inline __attribute__((always_inline))

/// What a comparison found, a bit for each byte, the first one lowest.
#define bits(comparison) ({                                  \
    mask found = __builtin_convertvector(comparison, mask);  \
    uint64_t word;                                           \
    memcpy(&word, &found, sizeof word);                      \
    word;                                                    \
  })

/// `bytes`, or where there are fewer than a block of them, `rest` with them and zeros.
INLINE const uint8_t *whole(const uint8_t *bytes, size_t count, uint8_t rest[64]) {
  if (count >= 64) return bytes;
  memset(rest, 0, 64);
  memcpy(rest, bytes, count);
  return rest;
}

/// Writes where the bits are, counted from `first` for the lowest. Returns where the next one goes.
INLINE uint32_t *note(uint64_t word, uint32_t first, uint32_t *next) {
  uint32_t *end = next + __builtin_popcountll(word);
  // Four at a time and some for nothing: the number of marks is hard to predict, a loop for each would stall.
  while (next < end) {
    for (int step = 0; step < 4; step++) {
      *next++ = first + (uint32_t)(word ? __builtin_ctzll(word) : 0);
      word &= word - 1;
    }
  }
  return end;
}
