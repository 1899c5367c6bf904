// JPEG by libjpeg-turbo. C, because errors leave the library by longjmp, over frames of C alone.
#include "CJPEGShim.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

// Files have some ten scans. One of thousands, a few bytes each, would keep the decoder busy for hours.
#define MOST_SCANS 100

struct failure {
  struct jpeg_error_mgr manager;
  jmp_buf out;
  struct jpeg_facts *facts;
};

static void leave(j_common_ptr state) {
  struct failure *failure = (struct failure *)state->err;
  char message[JMSG_LENGTH_MAX];
  failure->manager.format_message(state, message);
  snprintf(failure->facts->message, sizeof failure->facts->message, "%s", message);
  longjmp(failure->out, 1);
}

// Level -1 is a warning of corrupt data, which libjpeg would fill with what it guesses; others are traces.
static void on_message(j_common_ptr state, int level) {
  if (level < 0) leave(state);
}

static void say_nothing(j_common_ptr state) { (void)state; }

static void on_progress(j_common_ptr state) {
  j_decompress_ptr decoder = (j_decompress_ptr)state;
  if (decoder->input_scan_number <= MOST_SCANS) return;
  struct failure *failure = (struct failure *)state->err;
  snprintf(failure->facts->message, sizeof failure->facts->message, "more than %d scans", MOST_SCANS);
  longjmp(failure->out, 1);
}

static void prepare(struct jpeg_decompress_struct *decoder, struct failure *failure, struct jpeg_facts *facts) {
  decoder->err = jpeg_std_error(&failure->manager);
  failure->manager.error_exit = leave;
  failure->manager.emit_message = on_message;
  failure->manager.output_message = say_nothing;
  failure->facts = facts;
}

static void read_header(
  struct jpeg_decompress_struct *decoder, const unsigned char *bytes, size_t size, struct jpeg_facts *facts) {
  jpeg_create_decompress(decoder);
  jpeg_mem_src(decoder, bytes, size);
  jpeg_read_header(decoder, TRUE);
  facts->width = decoder->image_width;
  facts->height = decoder->image_height;
  facts->components = decoder->num_components;
}

int jpeg_measure(const unsigned char *bytes, size_t size, struct jpeg_facts *facts) {
  // Zero, so that it can be destroyed whenever the jump comes.
  struct jpeg_decompress_struct decoder = {0};
  struct failure failure;
  prepare(&decoder, &failure, facts);
  if (setjmp(failure.out)) {
    jpeg_destroy_decompress(&decoder);
    return 0;
  }
  read_header(&decoder, bytes, size, facts);
  jpeg_destroy_decompress(&decoder);
  return 1;
}

// a * b / 255, rounded.
static unsigned product(unsigned a, unsigned b) {
  unsigned scaled = a * b + 128;
  return ((scaled >> 8) + scaled) >> 8;
}

// Files hold inks inverted, as Adobe's programs write them: 255 is none.
static void inks_to_colours(const unsigned char *inks, unsigned char *pixels, unsigned width) {
  for (unsigned x = 0; x < width; x++, inks += 4, pixels += 3)
    for (int channel = 0; channel < 3; channel++)
      pixels[channel] = (unsigned char)(inks[3] - product(255u - inks[channel], inks[3]));
}

int jpeg_decode(const unsigned char *bytes, size_t size, unsigned char *pixels, struct jpeg_facts *facts) {
  struct jpeg_decompress_struct decoder = {0};
  struct failure failure;
  struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
  prepare(&decoder, &failure, facts);
  if (setjmp(failure.out)) {
    jpeg_destroy_decompress(&decoder);
    return 0;
  }
  read_header(&decoder, bytes, size, facts);
  decoder.progress = &progress;
  int has_inks = decoder.num_components == 4;
  decoder.out_color_space = decoder.num_components == 1 ? JCS_GRAYSCALE : has_inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&decoder);
  size_t stride = (size_t)decoder.output_width * (decoder.num_components == 1 ? 1 : 3);
  JSAMPARRAY inks = NULL;
  if (has_inks) inks = decoder.mem->alloc_sarray((j_common_ptr)&decoder, JPOOL_IMAGE, decoder.output_width * 4, 1);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = pixels + stride * decoder.output_scanline;
    if (has_inks) {
      jpeg_read_scanlines(&decoder, inks, 1);
      inks_to_colours(inks[0], row, decoder.output_width);
    } else {
      jpeg_read_scanlines(&decoder, &row, 1);
    }
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return 1;
}
