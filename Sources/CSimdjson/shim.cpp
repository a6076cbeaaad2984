// Debug and release builds treat a document alike: simdjson's own assertions are about its use, which
// does not depend on the document, and its texts on error are not used.
#ifndef NDEBUG
#define NDEBUG 1
#endif
#define SIMDJSON_EXCEPTIONS 0

#include "CSimdjson.h"
#include "line_shape.hpp"
#include "number.hpp"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <string_view>
#include <vector>

namespace ondemand = simdjson::ondemand;

struct csimdjson_parser {
  ondemand::parser parser;
  /// Reads values in place of indexing them: faster where nobody asks for tokens.
  simdjson::dom::parser checker;
  std::vector<csimdjson_token> tokens;
  std::vector<uint8_t> padded;
  line_shape shape;
  size_t shapes = 0;
};

namespace {

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }
bool is_hex(uint8_t byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/// The first backslash that starts no JSON escape, or nullptr. `escape` is the first backslash of all.
const uint8_t *first_bad_escape(const uint8_t *escape, const uint8_t *end) {
  while (escape) {
    if (end - escape < 2) { return escape; }
    const uint8_t *rest = escape + 2;
    switch (escape[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      break;
    case 'u':
      if (end - rest < 4) { return escape; }
      for (int digit = 0; digit < 4; digit++) {
        if (!is_hex(rest[digit])) { return escape; }
      }
      rest += 4;
      break;
    default:
      return escape;
    }
    escape = static_cast<const uint8_t *>(std::memchr(rest, '\\', static_cast<size_t>(end - rest)));
  }
  return nullptr;
}

int code_for(simdjson::error_code error) {
  switch (error) {
  case simdjson::SUCCESS: return CSIMDJSON_OK;
  case simdjson::EMPTY: return CSIMDJSON_EMPTY;
  case simdjson::CAPACITY: return CSIMDJSON_TOO_LARGE;
  case simdjson::MEMALLOC: return CSIMDJSON_MEMORY;
  case simdjson::DEPTH_ERROR: return CSIMDJSON_DEPTH;
  case simdjson::UTF8_ERROR: return CSIMDJSON_UTF8;
  case simdjson::UNESCAPED_CHARS: return CSIMDJSON_CONTROL_CHARACTER;
  case simdjson::UNCLOSED_STRING:
  case simdjson::INCOMPLETE_ARRAY_OR_OBJECT: return CSIMDJSON_TRUNCATED;
  case simdjson::TAPE_ERROR:
  case simdjson::STRING_ERROR:
  case simdjson::INCORRECT_TYPE: return CSIMDJSON_SYNTAX;
  default: return CSIMDJSON_OTHER;
  }
}

/// Walks one document and writes its tokens.
class walker {
public:
  walker(ondemand::document &document, const uint8_t *base, size_t length,
         std::vector<csimdjson_token> &tokens)
      : document(document), base(base), length(length), tokens(tokens) {}

  size_t error_offset = SIZE_MAX;

  int run() {
    simdjson::error_code error;
    ondemand::json_type type;
    if ((error = document.type().get(type))) { return refuse(error); }
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
      ondemand::value root;
      if ((error = document.get_value().get(root))) { return refuse(error); }
      if (int code = container(root, type, 1)) { return code; }
    } else {
      std::string_view text;
      if ((error = document.raw_json_token().get(text))) { return refuse(error); }
      if (int code = scalar(type, text)) { return code; }
    }
    const csimdjson_token &root = tokens.front();
    size_t end = root.end + (root.kind == CSIMDJSON_STRING ? 1 : 0);
    while (end < length && is_space(base[end])) { end++; }
    return end == length ? CSIMDJSON_OK : refuse_at(CSIMDJSON_TRAILING, base + end);
  }

private:
  ondemand::document &document;
  const uint8_t *base;
  size_t length;
  std::vector<csimdjson_token> &tokens;

  int refuse_at(int code, const uint8_t *at) {
    size_t offset = static_cast<size_t>(at - base);
    error_offset = offset < length ? offset : length;
    return code;
  }

  /// An error that simdjson found where it now stands.
  int refuse(simdjson::error_code error) {
    const char *location;
    int code = code_for(error);
    if (code == CSIMDJSON_TRUNCATED) { return refuse_at(code, base + length); }
    if (document.current_location().get(location)) { return code; }
    const uint8_t *at = reinterpret_cast<const uint8_t *>(location);
    return at >= base && at <= base + length ? refuse_at(code, at) : code;
  }

  size_t append(uint8_t kind, const uint8_t *start, const uint8_t *end, uint8_t escaped = 0) {
    size_t index = tokens.size();
    tokens.push_back({static_cast<uint32_t>(start - base), static_cast<uint32_t>(end - base),
                      static_cast<uint32_t>(index + 1), kind, escaped});
    return index;
  }

  /// Text between `first`, just after an opening quote, and `end`, just before the next token.
  int quoted(uint8_t kind, const uint8_t *first, const uint8_t *end) {
    while (end > first && is_space(end[-1])) { end--; }
    if (end <= first || end[-1] != '"') { return refuse_at(CSIMDJSON_SYNTAX, end); }
    end--;
    const void *escape = std::memchr(first, '\\', static_cast<size_t>(end - first));
    if (escape) {
      if (const uint8_t *bad = first_bad_escape(static_cast<const uint8_t *>(escape), end)) {
        return refuse_at(CSIMDJSON_BAD_ESCAPE, bad);
      }
    }
    append(kind, first, end, escape ? 1 : 0);
    return CSIMDJSON_OK;
  }

  /// `text` reaches from the scalar's first byte to the next token or the end of the document.
  int scalar(ondemand::json_type type, std::string_view text) {
    const uint8_t *start = reinterpret_cast<const uint8_t *>(text.data());
    const uint8_t *end = start + text.size();
    if (start >= base + length) { return refuse_at(CSIMDJSON_TRUNCATED, base + length); }
    if (type == ondemand::json_type::string) { return quoted(CSIMDJSON_STRING, start + 1, end); }
    while (end > start && is_space(end[-1])) { end--; }
    if (type == ondemand::json_type::number) {
      bool whole;
      const uint8_t *bad = first_not_number(start, end, whole);
      if (!whole) { return refuse_at(CSIMDJSON_BAD_NUMBER, bad); }
      append(CSIMDJSON_NUMBER, start, end);
      return CSIMDJSON_OK;
    }
    std::string_view literal(text.data(), static_cast<size_t>(end - start));
    if (literal == "true") {
      append(CSIMDJSON_TRUE, start, end);
    } else if (literal == "false") {
      append(CSIMDJSON_FALSE, start, end);
    } else if (literal == "null") {
      append(CSIMDJSON_NULL, start, end);
    } else {
      return refuse_at(CSIMDJSON_BAD_LITERAL, start);
    }
    return CSIMDJSON_OK;
  }

  int value(ondemand::value value, int depth) {
    simdjson::error_code error;
    ondemand::json_type type;
    if ((error = value.type().get(type))) { return refuse(error); }
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
      return container(value, type, depth + 1);
    }
    std::string_view text = value.raw_json_token();
    if (type == ondemand::json_type::string) {
      // A string left for simdjson to skip would be taken for a key where a colon follows it.
      ondemand::raw_json_string consumed;
      if ((error = value.get_raw_json_string().get(consumed))) { return refuse(error); }
    }
    return scalar(type, text);
  }

  int container(ondemand::value value, ondemand::json_type type, int depth) {
    const uint8_t *start = reinterpret_cast<const uint8_t *>(value.raw_json_token().data());
    if (start >= base + length) { return refuse_at(CSIMDJSON_TRUNCATED, base + length); }
    if (depth > CSIMDJSON_MAXIMUM_DEPTH) { return refuse_at(CSIMDJSON_DEPTH, start); }
    bool is_object = type == ondemand::json_type::object;
    size_t index = append(is_object ? CSIMDJSON_OBJECT : CSIMDJSON_ARRAY, start, start);
    if (int code = is_object ? members(value, depth) : elements(value, depth)) { return code; }

    // simdjson now stands at the token after the closing brace, which lies just before it.
    const char *location;
    const uint8_t *end = base + length;
    if (!document.current_location().get(location)) {
      end = reinterpret_cast<const uint8_t *>(location);
    }
    while (end > start && is_space(end[-1])) { end--; }
    tokens[index].end = static_cast<uint32_t>(end - base);
    tokens[index].next = static_cast<uint32_t>(tokens.size());
    return CSIMDJSON_OK;
  }

  int elements(ondemand::value value, int depth) {
    simdjson::error_code error;
    ondemand::array array;
    if ((error = value.get_array().get(array))) { return refuse(error); }
    for (auto result : array) {
      ondemand::value element;
      if ((error = std::move(result).get(element))) { return refuse(error); }
      if (int code = this->value(element, depth)) { return code; }
    }
    return CSIMDJSON_OK;
  }

  int members(ondemand::value value, int depth) {
    simdjson::error_code error;
    ondemand::object object;
    if ((error = value.get_object().get(object))) { return refuse(error); }
    for (auto result : object) {
      ondemand::field field;
      if ((error = std::move(result).get(field))) { return refuse(error); }
      ondemand::value member = field.value();
      const uint8_t *key = reinterpret_cast<const uint8_t *>(field.key().raw());
      const uint8_t *end = reinterpret_cast<const uint8_t *>(member.raw_json_token().data());
      while (end > key && is_space(end[-1])) { end--; }
      if (end <= key || end[-1] != ':') { return refuse_at(CSIMDJSON_SYNTAX, end); }
      if (int code = quoted(CSIMDJSON_KEY, key, end - 1)) { return code; }
      if (int code = this->value(member, depth)) { return code; }
    }
    return CSIMDJSON_OK;
  }
};

int index_document(csimdjson_parser &parser, const uint8_t *bytes, size_t length, size_t capacity,
                   size_t &error_offset) {
  if (parser.shape.read(bytes, length, parser.tokens)) { return CSIMDJSON_OK; }
  parser.shapes++;
  parser.tokens.clear();
  if (length >= simdjson::SIMDJSON_MAXSIZE_BYTES - simdjson::SIMDJSON_PADDING) {
    return CSIMDJSON_TOO_LARGE;
  }
  // Some versions of simdjson skip a byte order mark, others refuse it; JSON texts must not have one.
  if (length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) {
    error_offset = 0;
    return CSIMDJSON_SYNTAX;
  }
  if (capacity < length + simdjson::SIMDJSON_PADDING || bytes[length] != 0) {
    size_t needed = length + simdjson::SIMDJSON_PADDING;
    if (parser.padded.size() < needed) { parser.padded.resize(needed + needed / 4); }
    if (length > 0) { std::memcpy(parser.padded.data(), bytes, length); }
    std::memset(parser.padded.data() + length, 0, simdjson::SIMDJSON_PADDING);
    bytes = parser.padded.data();
    capacity = parser.padded.size();
  }
  if (parser.parser.capacity() < length) {
    // Growing in steps, so that bodies of rising size do not allocate each time.
    simdjson::error_code error = parser.parser.allocate(length + length / 4 + 4096);
    if (error) { return code_for(error); }
  }
  ondemand::document document;
  simdjson::error_code error = parser.parser.iterate(bytes, length, capacity).get(document);
  if (error) {
    int code = code_for(error);
    if (code == CSIMDJSON_TRUNCATED || code == CSIMDJSON_EMPTY) { error_offset = length; }
    return code;
  }
  walker walk(document, bytes, length, parser.tokens);
  int code = walk.run();
  error_offset = walk.error_offset;
  if (code == CSIMDJSON_OK) { parser.shape.learn(bytes, length, parser.tokens); }
  return code;
}

/// Whatever the checker takes the walker takes, too: it refuses all that the walker refuses, and numbers beyond
/// 64 bits.
bool is_object(csimdjson_parser &parser, const uint8_t *bytes, size_t length, size_t capacity) {
  if (length == 0 || bytes[0] != '{' || length >= simdjson::SIMDJSON_MAXSIZE_BYTES - simdjson::SIMDJSON_PADDING) {
    return false;
  }
  if (capacity < length + simdjson::SIMDJSON_PADDING) {
    size_t needed = length + simdjson::SIMDJSON_PADDING;
    if (parser.padded.size() < needed) { parser.padded.resize(needed + needed / 4); }
    std::memcpy(parser.padded.data(), bytes, length);
    bytes = parser.padded.data();
  }
  if (parser.checker.capacity() < length) {
    if (parser.checker.allocate(length + length / 4 + 4096, CSIMDJSON_MAXIMUM_DEPTH)) { return false; }
  }
  simdjson::dom::element root;
  return parser.checker.parse(bytes, length, false).get(root) == simdjson::SUCCESS && root.is_object();
}

}  // namespace

extern "C" int csimdjson_is_object(
  csimdjson_parser *parser, const uint8_t *bytes, size_t length, size_t capacity) {
  try {
    return is_object(*parser, bytes, length, capacity) ? 1 : 0;
  } catch (...) {
    return 0;
  }
}

extern "C" size_t csimdjson_minify(const uint8_t *bytes, size_t length, uint8_t *target) {
  size_t written = 0;
  simdjson::error_code error = simdjson::minify(
    reinterpret_cast<const char *>(bytes), length, reinterpret_cast<char *>(target), written);
  return error ? SIZE_MAX : written;
}

extern "C" csimdjson_parser *csimdjson_create(void) { return new (std::nothrow) csimdjson_parser(); }

extern "C" void csimdjson_free(csimdjson_parser *parser) { delete parser; }

extern "C" int csimdjson_index(
  csimdjson_parser *parser, const uint8_t *bytes, size_t length, size_t capacity,
  const csimdjson_token **tokens, size_t *count, size_t *error_offset) {
  *tokens = nullptr;
  *count = 0;
  *error_offset = SIZE_MAX;
  try {
    int code = index_document(*parser, bytes, length, capacity, *error_offset);
    if (code == CSIMDJSON_OK) {
      *tokens = parser->tokens.data();
      *count = parser->tokens.size();
    }
    return code;
  } catch (const std::bad_alloc &) {
    return CSIMDJSON_MEMORY;
  } catch (...) {
    return CSIMDJSON_OTHER;
  }
}

extern "C" size_t csimdjson_shape(const csimdjson_parser *parser) { return parser->shapes; }

extern "C" const char *csimdjson_error_message(int code) {
  switch (code) {
  case CSIMDJSON_OK: return "no error";
  case CSIMDJSON_EMPTY: return "the document is empty";
  case CSIMDJSON_TRUNCATED: return "the document ends too early";
  case CSIMDJSON_SYNTAX: return "not JSON";
  case CSIMDJSON_DEPTH: return "nested too deeply";
  case CSIMDJSON_BAD_NUMBER: return "not a JSON number";
  case CSIMDJSON_BAD_LITERAL: return "not true, false or null";
  case CSIMDJSON_BAD_ESCAPE: return "not a JSON escape";
  case CSIMDJSON_CONTROL_CHARACTER: return "a control character inside a string";
  case CSIMDJSON_UTF8: return "not UTF-8";
  case CSIMDJSON_TRAILING: return "more than one value";
  case CSIMDJSON_TOO_LARGE: return "larger than 4 GiB";
  case CSIMDJSON_MEMORY: return "out of memory";
  default: return "not readable";
  }
}
