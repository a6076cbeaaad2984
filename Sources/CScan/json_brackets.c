#include "blocks.h"

/// Each bit the exclusive or of itself and all lower ones: between an odd quote and the next one all are set.
INLINE uint64_t parity(uint64_t word) {
  for (int step = 1; step < 64; step *= 2) word ^= word << step;
  return word;
}

/// Bits of characters that a backslash before them escapes.
INLINE uint64_t escaped(uint64_t backslashes, uint64_t *carry) {
  uint64_t result = *carry;
  backslashes &= ~result;
  *carry = 0;
  while (backslashes) {
    uint64_t first = backslashes & -backslashes;
    if (first >> 63) *carry = 1;
    result |= first << 1;
    backslashes &= ~(first | first << 1);
  }
  return result;
}

BUILT_TWICE size_t cscan_json_brackets(
    const uint8_t *bytes, size_t count, uint32_t *marks, struct cscan_json *state) {
  uint32_t *next = marks;
  uint8_t rest[64];
  uint64_t breaks = 0;
  for (size_t index = 0; index < count; index += 64) {
    block text;
    memcpy(&text, whole(bytes + index, count - index, rest), sizeof text);
    uint64_t quotes = bits(text == '"') & ~escaped(bits(text == '\\'), &state->escapes);
    uint64_t inside = parity(quotes) ^ state->inside;
    state->inside = (uint64_t)((int64_t)inside >> 63);
    // A curly bracket is the square one with a bit more.
    block curly = text | 0x20;
    next = note(bits((curly == '{') | (curly == '}')) & ~inside, (uint32_t)index, next);
    breaks |= bits((text == '\n') | (text == '\r'));
  }
  state->breaks |= breaks;
  return (size_t)(next - marks);
}
