#pragma once
#include <jxl/decode.h>
#include <jxl/version.h>

// These lost a parameter in version 0.9.
#if JPEGXL_NUMERIC_VERSION < JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
static inline JxlDecoderStatus atelier_jxl_profile_size(const JxlDecoder *decoder, size_t *size) {
    return JxlDecoderGetICCProfileSize(decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, size);
}
static inline JxlDecoderStatus atelier_jxl_profile(
    const JxlDecoder *decoder, unsigned char *profile, size_t size) {
    return JxlDecoderGetColorAsICCProfile(
        decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, profile, size);
}
static inline JxlDecoderStatus atelier_jxl_encoding(
    const JxlDecoder *decoder, JxlColorEncoding *encoding) {
    return JxlDecoderGetColorAsEncodedProfile(
        decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, encoding);
}
#else
static inline JxlDecoderStatus atelier_jxl_profile_size(const JxlDecoder *decoder, size_t *size) {
    return JxlDecoderGetICCProfileSize(decoder, JXL_COLOR_PROFILE_TARGET_DATA, size);
}
static inline JxlDecoderStatus atelier_jxl_profile(
    const JxlDecoder *decoder, unsigned char *profile, size_t size) {
    return JxlDecoderGetColorAsICCProfile(decoder, JXL_COLOR_PROFILE_TARGET_DATA, profile, size);
}
static inline JxlDecoderStatus atelier_jxl_encoding(
    const JxlDecoder *decoder, JxlColorEncoding *encoding) {
    return JxlDecoderGetColorAsEncodedProfile(decoder, JXL_COLOR_PROFILE_TARGET_DATA, encoding);
}
#endif
