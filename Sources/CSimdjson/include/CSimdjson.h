#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Nesting beyond this is an error: no body of the API comes near it, and the walk is recursive.
#define CSIMDJSON_MAXIMUM_DEPTH 64

/// What a token is.
enum {
  CSIMDJSON_OBJECT = 0,
  CSIMDJSON_ARRAY = 1,
  CSIMDJSON_KEY = 2,
  CSIMDJSON_STRING = 3,
  CSIMDJSON_NUMBER = 4,
  CSIMDJSON_TRUE = 5,
  CSIMDJSON_FALSE = 6,
  CSIMDJSON_NULL = 7
};

/// Why a document was refused; 0 is success.
enum {
  CSIMDJSON_OK = 0,
  CSIMDJSON_EMPTY = 1,
  CSIMDJSON_TRUNCATED = 2,
  CSIMDJSON_SYNTAX = 3,
  CSIMDJSON_DEPTH = 4,
  CSIMDJSON_BAD_NUMBER = 5,
  CSIMDJSON_BAD_LITERAL = 6,
  CSIMDJSON_BAD_ESCAPE = 7,
  CSIMDJSON_CONTROL_CHARACTER = 8,
  CSIMDJSON_UTF8 = 9,
  CSIMDJSON_TRAILING = 10,
  CSIMDJSON_TOO_LARGE = 11,
  CSIMDJSON_MEMORY = 12,
  CSIMDJSON_OTHER = 13
};

/// One value or key of a document. Offsets count bytes of the original document: strings and keys
/// without their quotes and still escaped, numbers as written, objects and arrays with their braces.
typedef struct csimdjson_token {
  uint32_t start;
  /// Exclusive.
  uint32_t end;
  /// The index of the first token after this one's subtree; for a key, that of its value.
  uint32_t next;
  uint8_t kind;
  /// 1 where a string or key holds a backslash, else 0.
  uint8_t escaped;
} csimdjson_token;

/// A parser with its buffers, for one thread at a time; made once, used for many documents.
typedef struct csimdjson_parser csimdjson_parser;

/// NULL when memory is short.
csimdjson_parser *csimdjson_create(void);
void csimdjson_free(csimdjson_parser *parser);

/// Indexes one document: one value, and nothing but white space around it.
///
/// `capacity` is how many bytes at `bytes` may be read. With a zero byte at `bytes[length]` and room for
/// simdjson's padding the document is read in place; else it is copied into the parser first.
/// `tokens` belong to the parser and live until its next call. `error_offset` is the byte that the
/// document was refused at, or SIZE_MAX where that is not known.
int csimdjson_index(
  csimdjson_parser *parser, const uint8_t *bytes, size_t length, size_t capacity,
  const csimdjson_token **tokens, size_t *count, size_t *error_offset);

/// Whether the document is an object that `csimdjson_index` takes, too: 1, or 0 where that is not certain without
/// asking it. Keeps no tokens.
///
/// `capacity` is how many bytes at `bytes` may be read; without room for simdjson's padding the document is copied
/// into the parser first.
int csimdjson_is_object(csimdjson_parser *parser, const uint8_t *bytes, size_t length, size_t capacity);

/// Copies a document that is JSON to `target` without the white space between its tokens. `target` has room for
/// `CSIMDJSON_MINIFY_ROOM` bytes more than the document. Returns the length, or SIZE_MAX where it is no JSON.
size_t csimdjson_minify(const uint8_t *bytes, size_t length, uint8_t *target);
#define CSIMDJSON_MINIFY_ROOM 64

/// Counts up with each document that had to be read in full. Documents between which it stays the same differ in their
/// scalars alone: they have the same tokens in the same order, but for the kinds of scalars.
size_t csimdjson_shape(const csimdjson_parser *parser);

/// What is wrong, in a few words; a static text.
const char *csimdjson_error_message(int code);

#ifdef __cplusplus
}
#endif
