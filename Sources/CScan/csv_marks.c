#include "blocks.h"

static inline __attribute__((always_inline)) uint64_t marked(const uint8_t *bytes) {
  block text;
  memcpy(&text, bytes, sizeof text);
  return bits((text == ',') | (text == '\n') | (text == '"'));
}

BUILT_TWICE size_t cscan_csv_marks(const uint8_t *bytes, size_t count, uint32_t first, uint32_t *marks) {
  uint32_t *next = marks;
  uint8_t rest[64];
  for (size_t index = 0; index < count; index += 64) {
    const uint8_t *at = whole(bytes + index, count - index, rest);
    next = note(marked(at), first + (uint32_t)index, next);
  }
  return (size_t)(next - marks);
}
