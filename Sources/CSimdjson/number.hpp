#pragma once

#include <cstdint>

inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

/// The first byte that breaks `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, or `end`.
inline const uint8_t *first_not_number(const uint8_t *at, const uint8_t *end, bool &whole) {
  whole = false;
  if (at < end && *at == '-') { at++; }
  if (at == end || !is_digit(*at)) { return at; }
  if (*at++ != '0') {
    while (at < end && is_digit(*at)) { at++; }
  }
  if (at < end && *at == '.') {
    at++;
    if (at == end || !is_digit(*at)) { return at; }
    while (at < end && is_digit(*at)) { at++; }
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) { at++; }
    if (at == end || !is_digit(*at)) { return at; }
    while (at < end && is_digit(*at)) { at++; }
  }
  whole = at == end;
  return at;
}
