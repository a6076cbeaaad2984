#include "CIgzip.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

struct cigzip_encoder {
  struct isal_zstream stream;
  uint8_t *level_buffer;
};

struct cigzip_decoder {
  struct inflate_state state;
};

static uint32_t level_buffer_size(int level) {
  switch (level) {
  case 1: return ISAL_DEF_LVL1_DEFAULT;
  case 2: return ISAL_DEF_LVL2_DEFAULT;
  case 3: return ISAL_DEF_LVL3_DEFAULT;
  default: return 0;
  }
}

static uint32_t bounded(size_t size) { return size > (1u << 30) ? 1u << 30 : (uint32_t)size; }

cigzip_encoder *cigzip_encoder_create(int level) {
  uint32_t size = level_buffer_size(level);
  cigzip_encoder *encoder = malloc(sizeof *encoder);
  uint8_t *level_buffer = size ? malloc(size) : NULL;
  if (!encoder || (size && !level_buffer)) {
    free(encoder);
    free(level_buffer);
    return NULL;
  }
  isal_deflate_init(&encoder->stream);
  encoder->stream.level = (uint32_t)level;
  encoder->stream.level_buf = level_buffer;
  encoder->stream.level_buf_size = size;
  encoder->stream.gzip_flag = IGZIP_GZIP;
  encoder->stream.flush = NO_FLUSH;
  encoder->level_buffer = level_buffer;
  return encoder;
}

void cigzip_encoder_free(cigzip_encoder *encoder) {
  if (!encoder) { return; }
  free(encoder->level_buffer);
  free(encoder);
}

int cigzip_encode(
  cigzip_encoder *encoder, const uint8_t *input, size_t input_size, int is_last, uint8_t *output,
  size_t output_size, size_t *taken, size_t *written) {
  struct isal_zstream *stream = &encoder->stream;
  uint32_t offered = bounded(input_size), room = bounded(output_size);
  stream->next_in = (uint8_t *)input;
  stream->avail_in = offered;
  stream->next_out = output;
  stream->avail_out = room;
  stream->end_of_stream = is_last && offered == input_size;
  int status = isal_deflate(stream);
  *taken = offered - stream->avail_in;
  *written = room - stream->avail_out;
  if (status != COMP_OK) { return status < 0 ? status : -1; }
  return stream->internal_state.state == ZSTATE_END ? CIGZIP_END : CIGZIP_OK;
}

cigzip_decoder *cigzip_decoder_create(void) {
  cigzip_decoder *decoder = malloc(sizeof *decoder);
  if (!decoder) { return NULL; }
  isal_inflate_init(&decoder->state);
  decoder->state.crc_flag = ISAL_GZIP;
  return decoder;
}

void cigzip_decoder_free(cigzip_decoder *decoder) { free(decoder); }

void cigzip_decoder_reset(cigzip_decoder *decoder) {
  isal_inflate_reset(&decoder->state);
  decoder->state.crc_flag = ISAL_GZIP;
}

cigzip_status cigzip_decode(
  cigzip_decoder *decoder, const uint8_t *input, size_t input_size, uint8_t *output, size_t output_size,
  size_t *taken, size_t *written) {
  struct inflate_state *state = &decoder->state;
  uint32_t offered = bounded(input_size), room = bounded(output_size);
  state->next_in = (uint8_t *)input;
  state->avail_in = offered;
  state->next_out = output;
  state->avail_out = room;
  int status = isal_inflate(state);
  *taken = offered - state->avail_in;
  *written = room - state->avail_out;
  if (status < 0) { return CIGZIP_CORRUPT; }
  return state->block_state == ISAL_BLOCK_FINISH ? CIGZIP_END : CIGZIP_OK;
}
