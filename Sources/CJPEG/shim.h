#pragma once
// libjpeg's header needs these two before it.
#include <stddef.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <turbojpeg.h>

// libjpeg reports errors by a callback that must not return, and longjmp through Swift frames is
// undefined: each call that may fail is made here, and returns 0. TurboJPEG, which returns codes,
// decodes whole pictures only and does not say which warning it met.

typedef struct atelier_jpeg {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
} atelier_jpeg;

static inline void atelier_jpeg_fail(j_common_ptr common) {
    atelier_jpeg *reader = (atelier_jpeg *)common->client_data;
    common->err->format_message(common, reader->message);
    longjmp(reader->escape, 1);
}

// A warning that loses no pixel is ignored; any other one fails.
static inline void atelier_jpeg_warn(j_common_ptr common, int level) {
    if (level >= 0) return;  // Tracing.
    switch (common->err->msg_code) {
    case JWRN_ADOBE_XFORM:      // An undefined colour transform: the usual one is applied.
    case JWRN_EXTRANEOUS_DATA:  // Superfluous bytes after all that was needed.
    case JWRN_JFIF_MAJOR:       // A newer revision of the header.
    case JWRN_JPEG_EOF:         // No end mark; missing data is another warning.
    case JWRN_NOT_SEQUENTIAL:   // Parameters that apply to progressive files only.
        return;
    default: atelier_jpeg_fail(common);
    }
}

static inline void atelier_jpeg_close(atelier_jpeg *reader) {
    if (!reader) return;
    jpeg_destroy_decompress(&reader->info);
    free(reader);
}

// NULL if there is not enough memory; `bytes` must stay valid until the reader is closed.
static inline atelier_jpeg *atelier_jpeg_open(const unsigned char *bytes, unsigned long count) {
    atelier_jpeg *reader = (atelier_jpeg *)calloc(1, sizeof(atelier_jpeg));
    if (!reader) return NULL;
    reader->info.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = atelier_jpeg_fail;
    reader->errors.emit_message = atelier_jpeg_warn;
    reader->info.client_data = reader;
    if (setjmp(reader->escape)) {
        atelier_jpeg_close(reader);
        return NULL;
    }
    jpeg_create_decompress(&reader->info);
    jpeg_mem_src(&reader->info, bytes, count);
    return reader;
}

static inline int atelier_jpeg_read_header(atelier_jpeg *reader) {
    if (setjmp(reader->escape)) return 0;
    return jpeg_read_header(&reader->info, TRUE) == JPEG_HEADER_OK;
}

// The output has four bytes a pixel: RGB and 255, or CMYK as it is stored.
static inline int atelier_jpeg_start(atelier_jpeg *reader) {
    if (setjmp(reader->escape)) return 0;
    int inks = reader->info.num_components == 4;
    reader->info.out_color_space = inks ? JCS_CMYK : JCS_EXT_RGBA;
    reader->info.dct_method = JDCT_ISLOW;
    return jpeg_start_decompress(&reader->info);
}

static inline int atelier_jpeg_read_row(atelier_jpeg *reader, unsigned char *row) {
    if (setjmp(reader->escape)) return 0;
    return jpeg_read_scanlines(&reader->info, &row, 1) == 1;
}

static inline int atelier_jpeg_width(const atelier_jpeg *reader) {
    return (int)reader->info.image_width;
}

static inline int atelier_jpeg_height(const atelier_jpeg *reader) {
    return (int)reader->info.image_height;
}

static inline int atelier_jpeg_channels(const atelier_jpeg *reader) {
    return reader->info.num_components;
}

static inline const char *atelier_jpeg_message(const atelier_jpeg *reader) {
    return reader->message;
}
