// Two doors to libjpeg, whose way of reporting an error is to end the process unless the caller jumps out of it, which
// Swift cannot. Implementation: decode.c.
#ifndef CJPEGSHIM_H
#define CJPEGSHIM_H

#include <stddef.h>

/// What a JPEG says of itself, and why it could not be read.
struct jpeg_facts {
  unsigned width, height;
  /// As in the file: 1 grey, 3 colours, 4 inks. Others are not decoded.
  unsigned components;
  /// Of the last failure.
  char message[256];
};

/// Reads the header. 1, or 0 with a message.
int jpeg_measure(const unsigned char *bytes, size_t size, struct jpeg_facts *facts);

/// Decodes into width * height * (1 for grey, otherwise 3) bytes, rows from the top; for sizes that jpeg_measure gave.
/// Corrupt data that libjpeg would patch are a failure. 1, or 0 with a message.
int jpeg_decode(const unsigned char *bytes, size_t size, unsigned char *pixels, struct jpeg_facts *facts);

#endif
