#pragma once

#include <stddef.h>
#include <stdint.h>

/// Room that ``cscan_csv_marks`` may write to behind the last mark.
#define CSCAN_SLACK 64

/// Finds the bytes that CSV is cut at: commas, line feeds and quotes. Writes where each of them lies, counted from
/// `first` for the first byte, and returns how many there are. `marks` has room for `count` + CSCAN_SLACK.
size_t cscan_csv_marks(const uint8_t *bytes, size_t count, uint32_t first, uint32_t *marks);
