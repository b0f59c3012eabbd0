#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

// libtiff reads through callbacks, tells errors by variadic ones and gives tags by variadic calls:
// all of that stays here. The file is read where it lies in memory.

typedef struct atelier_tiff {
    TIFF *file;
    const unsigned char *bytes;
    toff_t count, position;
    int has_failed, has_warned;
    char message[200];
} atelier_tiff;

static inline tmsize_t atelier_tiff_read(thandle_t data, void *target, tmsize_t count) {
    atelier_tiff *reader = (atelier_tiff *)data;
    if (count < 0 || reader->position >= reader->count) return 0;
    toff_t rest = reader->count - reader->position;
    tmsize_t taken = (toff_t)count < rest ? count : (tmsize_t)rest;
    memcpy(target, reader->bytes + reader->position, (size_t)taken);
    reader->position += (toff_t)taken;
    return taken;
}

static inline tmsize_t atelier_tiff_write(thandle_t data, void *source, tmsize_t count) {
    (void)data, (void)source, (void)count;
    return -1;
}

static inline toff_t atelier_tiff_seek(thandle_t data, toff_t offset, int origin) {
    atelier_tiff *reader = (atelier_tiff *)data;
    toff_t base = origin == SEEK_CUR ? reader->position : origin == SEEK_END ? reader->count : 0;
    reader->position = base + offset;
    return reader->position;
}

static inline int atelier_tiff_end(thandle_t data) {
    (void)data;
    return 0;
}

static inline toff_t atelier_tiff_size(thandle_t data) { return ((atelier_tiff *)data)->count; }

static inline int atelier_tiff_map(thandle_t data, void **base, toff_t *size) {
    atelier_tiff *reader = (atelier_tiff *)data;
    // libtiff only reads from there; its parameter lacks the const.
    *base = (void *)(size_t)reader->bytes;
    *size = reader->count;
    return 1;
}

static inline void atelier_tiff_unmap(thandle_t data, void *base, toff_t size) {
    (void)data, (void)base, (void)size;
}

// The first message counts: those after it follow from it.
static inline int atelier_tiff_fail(
    TIFF *file, void *data, const char *module, const char *format, va_list values) {
    atelier_tiff *reader = (atelier_tiff *)data;
    (void)file, (void)module;
    if (!reader->has_failed) {
        vsnprintf(reader->message, sizeof reader->message, format, values);
    }
    reader->has_failed = 1;
    return 1;
}

static inline int atelier_tiff_warn(
    TIFF *file, void *data, const char *module, const char *format, va_list values) {
    (void)file, (void)module, (void)format, (void)values;
    ((atelier_tiff *)data)->has_warned = 1;
    return 1;
}

static inline void atelier_tiff_close(atelier_tiff *reader) {
    if (!reader) return;
    if (reader->file) TIFFClose(reader->file);
    free(reader);
}

// NULL if there is not enough memory; then `file` is NULL if the header is damaged. `bytes` must
// stay valid until the reader is closed.
static inline atelier_tiff *atelier_tiff_open(
    const unsigned char *bytes, size_t count, tmsize_t allocation_limit) {
    atelier_tiff *reader = (atelier_tiff *)calloc(1, sizeof(atelier_tiff));
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (reader && options) {
        reader->bytes = bytes;
        reader->count = count;
        TIFFOpenOptionsSetMaxSingleMemAlloc(options, allocation_limit);
        TIFFOpenOptionsSetErrorHandlerExtR(options, atelier_tiff_fail, reader);
        TIFFOpenOptionsSetWarningHandlerExtR(options, atelier_tiff_warn, reader);
        reader->file = TIFFClientOpenExt(
            "", "r", (thandle_t)reader, atelier_tiff_read, atelier_tiff_write, atelier_tiff_seek,
            atelier_tiff_end, atelier_tiff_size, atelier_tiff_map, atelier_tiff_unmap, options);
    }
    if (options) TIFFOpenOptionsFree(options);
    return reader;
}

// A tag of one 16-bit number, or its default; -1 without either.
static inline int atelier_tiff_short(atelier_tiff *reader, uint32_t tag) {
    uint16_t value = 0;
    return TIFFGetFieldDefaulted(reader->file, tag, &value) == 1 ? value : -1;
}

// A tag of one 32-bit number; -1 without it.
static inline int64_t atelier_tiff_long(atelier_tiff *reader, uint32_t tag) {
    uint32_t value = 0;
    return TIFFGetField(reader->file, tag, &value) == 1 ? (int64_t)value : -1;
}

// How many samples of a pixel are no colours, and what the first of them is.
static inline int atelier_tiff_extra_samples(atelier_tiff *reader, int *first) {
    uint16_t count = 0;
    uint16_t *kinds = NULL;
    if (!TIFFGetFieldDefaulted(reader->file, TIFFTAG_EXTRASAMPLES, &count, &kinds)) return 0;
    *first = count > 0 && kinds ? kinds[0] : 0;
    return count;
}

// The three columns of the palette: 2 to the power of the bits of a sample entries each.
static inline int atelier_tiff_palette(
    atelier_tiff *reader, uint16_t **red, uint16_t **green, uint16_t **blue) {
    return TIFFGetField(reader->file, TIFFTAG_COLORMAP, red, green, blue) == 1;
}

static inline const unsigned char *atelier_tiff_profile(atelier_tiff *reader, uint32_t *count) {
    void *profile = NULL;
    return TIFFGetField(reader->file, TIFFTAG_ICCPROFILE, count, &profile) == 1
        ? (const unsigned char *)profile : NULL;
}

// JPEG's own colours are converted to RGB by its decoder.
static inline void atelier_tiff_decode_jpeg_as_rgb(atelier_tiff *reader) {
    TIFFSetField(reader->file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
}
