#pragma once

#include "CSimdjson.h"
#include "number.hpp"

#include <cstring>
#include <vector>

/// The document that was read in full last. Lines of one file mostly differ from the line before in their scalars
/// alone: such a line is compared with it between the scalars, and only they are read.
///
/// What it reads is JSON, because with other scalars in the same places a JSON document stays one.
class line_shape {
public:
  /// Takes a document that was read in full, with its tokens.
  void learn(const uint8_t *bytes, size_t length, const std::vector<csimdjson_token> &tokens) {
    is_known = false;
    if (length > longest) { return; }
    scalars.clear();
    text.assign(bytes, bytes + length);
    known.clear();
    for (const csimdjson_token &token : tokens) {
      known.push_back({token, static_cast<uint32_t>(scalars.size()), 0});
      if (token.kind == CSIMDJSON_OBJECT || token.kind == CSIMDJSON_ARRAY || token.kind == CSIMDJSON_KEY) {
        continue;
      }
      uint32_t quote = token.kind == CSIMDJSON_STRING ? 1 : 0;
      scalars.push_back({token.start - quote, token.end + quote});
    }
    // A container ends behind all scalars in it.
    for (known_token &token : known) {
      bool is_container = token.token.kind == CSIMDJSON_OBJECT || token.token.kind == CSIMDJSON_ARRAY;
      token.before_end = !is_container ? token.before_start
                         : token.token.next < known.size() ? known[token.token.next].before_start
                                                           : static_cast<uint32_t>(scalars.size());
    }
    found.resize(scalars.size());
    shifts.resize(scalars.size() + 1);
    shifts[0] = 0;
    is_known = true;
  }

  /// Writes the tokens of a document that differs from the known one in its scalars alone; false where that cannot be
  /// told, and then it has to be read in full.
  bool read(const uint8_t *bytes, size_t length, std::vector<csimdjson_token> &tokens) {
    if (!is_known || length > longest) { return false; }
    const uint8_t *at = bytes, *end = bytes + length;
    size_t behind = 0;
    for (size_t index = 0; index < scalars.size(); index++) {
      if (!matches(at, end, behind, scalars[index].start)) { return false; }
      at = scalar(bytes, at, end, found[index]);
      if (!at) { return false; }
      behind = scalars[index].end;
      shifts[index + 1] = static_cast<uint32_t>(at - bytes) - scalars[index].end;
    }
    if (!matches(at, end, behind, text.size()) || at != end) { return false; }

    tokens.resize(known.size());
    const csimdjson_token *next = found.data();
    for (size_t index = 0; index < known.size(); index++) {
      const known_token &old = known[index];
      csimdjson_token &token = tokens[index];
      if (old.token.kind >= CSIMDJSON_STRING) {
        token = *next++;
        token.next = old.token.next;
      } else {
        token = old.token;
        token.start += shifts[old.before_start];
        token.end += shifts[old.before_end];
      }
    }
    return true;
  }

private:
  static constexpr size_t longest = 1 << 16;

  struct known_token {
    csimdjson_token token;
    /// How many scalars stand before its start and before its end.
    uint32_t before_start, before_end;
  };
  /// A scalar with its quotes.
  struct span {
    uint32_t start, end;
  };

  bool is_known = false;
  std::vector<uint8_t> text;
  std::vector<known_token> known;
  std::vector<span> scalars;
  std::vector<csimdjson_token> found;
  /// By how much a document's bytes are shifted behind so many scalars; unsigned, so that it may wrap.
  std::vector<uint32_t> shifts;

  /// Whether the known text between two places comes next, and steps over it.
  bool matches(const uint8_t *&at, const uint8_t *end, size_t from, size_t to) const {
    size_t count = to - from;
    if (static_cast<size_t>(end - at) < count || std::memcmp(at, text.data() + from, count) != 0) { return false; }
    at += count;
    return true;
  }

  /// Reads a scalar and returns where it ends; nullptr for everything but numbers, literals and plain ASCII text.
  static const uint8_t *scalar(const uint8_t *base, const uint8_t *at, const uint8_t *end, csimdjson_token &token) {
    if (at == end) { return nullptr; }
    const uint8_t *stop;
    uint8_t kind;
    switch (*at) {
    case '"':
      stop = end_of_plain_text(++at, end);
      if (!stop) { return nullptr; }
      token = span_token(base, at, stop, CSIMDJSON_STRING);
      return stop + 1;
    case 't': stop = end_of_literal("true", at, end); kind = CSIMDJSON_TRUE; break;
    case 'f': stop = end_of_literal("false", at, end); kind = CSIMDJSON_FALSE; break;
    case 'n': stop = end_of_literal("null", at, end); kind = CSIMDJSON_NULL; break;
    default: stop = end_of_number(at, end); kind = CSIMDJSON_NUMBER;
    }
    if (stop) { token = span_token(base, at, stop, kind); }
    return stop;
  }

  static csimdjson_token span_token(const uint8_t *base, const uint8_t *at, const uint8_t *stop, uint8_t kind) {
    return {static_cast<uint32_t>(at - base), static_cast<uint32_t>(stop - base), 0, kind, 0};
  }

  static const uint8_t *end_of_literal(const char *literal, const uint8_t *at, const uint8_t *end) {
    size_t count = std::strlen(literal);
    if (static_cast<size_t>(end - at) < count || std::memcmp(at, literal, count) != 0) { return nullptr; }
    return at + count;
  }

  static const uint8_t *end_of_number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = at;
    while (stop < end && is_digit(*stop)) { stop++; }
    if (stop > at && (stop == end || (*stop != '.' && (*stop | 0x20) != 'e'))) {
      return *at == '0' && stop - at > 1 ? nullptr : stop;
    }
    while (stop < end && (is_digit(*stop) || *stop == '-' || *stop == '+' || *stop == '.' || (*stop | 0x20) == 'e')) {
      stop++;
    }
    bool whole;
    first_not_number(at, stop, whole);
    return whole ? stop : nullptr;
  }

  /// Where the closing quote is; nullptr where anything but plain ASCII comes first.
  static const uint8_t *end_of_plain_text(const uint8_t *at, const uint8_t *end) {
    constexpr uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    for (; end - at >= 8; at += 8) {
      uint64_t word;
      std::memcpy(&word, at, 8);
      uint64_t quote = word ^ (ones * '"'), escape = word ^ (ones * '\\');
      uint64_t special =
        (((quote - ones) & ~quote) | ((escape - ones) & ~escape) | ((word - ones * 0x20) & ~word) | word) & highs;
      if (special) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        // The lowest bit is always true; a higher one may be a borrow.
        at += __builtin_ctzll(special) / 8;
#endif
        break;
      }
    }
    for (; at < end; at++) {
      if (*at == '"') { return at; }
      if (*at == '\\' || *at < 0x20 || *at >= 0x80) { return nullptr; }
    }
    return nullptr;
  }
};
