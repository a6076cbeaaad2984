#pragma once

#include <stddef.h>
#include <stdint.h>

/// Room that is written to behind the last mark.
#define CSCAN_SLACK 64

/// Finds the bytes that CSV is cut at: commas, line feeds and quotes. Writes where each of them lies, counted from
/// `first` for the first byte, and returns how many there are. `marks` has room for `count` + CSCAN_SLACK.
size_t cscan_csv_marks(const uint8_t *bytes, size_t count, uint32_t first, uint32_t *marks);

/// What is known of a text of JSON up to where it was searched; all zero at its start.
struct cscan_json {
  /// All bits set within a text.
  uint64_t inside;
  /// 1 where the next character is escaped.
  uint64_t escapes;
  /// Not 0 where a line feed or carriage return was seen, wherever it stood.
  uint64_t breaks;
};

/// Finds the brackets, curly and square, that stand outside of texts. Writes where each of them lies, counted from 0 for
/// the first byte, and returns how many there are. `marks` has room for `count` + CSCAN_SLACK. A text may be given in
/// pieces of any multiple of 64 bytes.
size_t cscan_json_brackets(const uint8_t *bytes, size_t count, uint32_t *marks, struct cscan_json *state);
