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

static inline __attribute__((always_inline)) uint64_t marked(const uint8_t *bytes) {
  block text;
  memcpy(&text, bytes, sizeof text);
  mask found = __builtin_convertvector((text == ',') | (text == '\n') | (text == '"'), mask);
  uint64_t bits;
  memcpy(&bits, &found, sizeof bits);
  return bits;
}

BUILT_TWICE size_t cscan_csv_marks(const uint8_t *bytes, size_t count, uint32_t first, uint32_t *marks) {
  uint32_t *next = marks;
  uint8_t rest[64];
  for (size_t index = 0; index < count; index += 64) {
    const uint8_t *at = bytes + index;
    if (count - index < 64) {
      memset(rest, 0, sizeof rest);
      memcpy(rest, at, count - index);
      at = rest;
    }
    uint64_t bits = marked(at);
    uint32_t *end = next + __builtin_popcountll(bits);
    // Four at a time and some for nothing: the number of marks is hard to predict, a loop for each would stall.
    while (next < end) {
      for (int step = 0; step < 4; step++) {
        *next++ = first + (uint32_t)index + (uint32_t)(bits ? __builtin_ctzll(bits) : 0);
        bits &= bits - 1;
      }
    }
    next = end;
  }
  return (size_t)(next - marks);
}
