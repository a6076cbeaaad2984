#ifndef CIGZIP_H
#define CIGZIP_H

#include <stddef.h>
#include <stdint.h>

/// gzip by ISA-L, behind a few functions: its own structures hold buffers too large to be imported.

typedef struct cigzip_encoder cigzip_encoder;
typedef struct cigzip_decoder cigzip_decoder;

typedef enum {
  CIGZIP_OK = 0,
  /// The member is complete.
  CIGZIP_END = 1,
  /// Not gzip, damaged, or its checksum is wrong.
  CIGZIP_CORRUPT = 2,
} cigzip_status;

/// NULL when there is no memory. `level` is 0 (fastest) to 3.
cigzip_encoder *cigzip_encoder_create(int level);
void cigzip_encoder_free(cigzip_encoder *encoder);

/// Takes input and gives output: `*taken` and `*written` say how much. `is_last` ends the member behind the input.
/// Negative on a misuse of the library.
int cigzip_encode(
  cigzip_encoder *encoder, const uint8_t *input, size_t input_size, int is_last, uint8_t *output,
  size_t output_size, size_t *taken, size_t *written);

cigzip_decoder *cigzip_decoder_create(void);
void cigzip_decoder_free(cigzip_decoder *decoder);

/// Makes the decoder ready for the next member.
void cigzip_decoder_reset(cigzip_decoder *decoder);

/// Takes input and gives output; CIGZIP_END once the member's checksum and length were found right.
cigzip_status cigzip_decode(
  cigzip_decoder *decoder, const uint8_t *input, size_t input_size, uint8_t *output, size_t output_size,
  size_t *taken, size_t *written);

#endif
