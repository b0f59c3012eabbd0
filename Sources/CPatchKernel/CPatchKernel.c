#include "CPatchKernel.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void atelier_unfold(
    const uint8_t *patch, ptrdiff_t stride, int32_t is_mirrored, int16_t *block) {
    for (int row = 0; row < 7; row++) {
        uint32_t pixels[8];
        memcpy(pixels, patch + row * stride, 28);
        pixels[7] = 0;
        if (is_mirrored) {
            for (int x = 0; x < 3; x++) {
                const uint32_t pixel = pixels[x];
                pixels[x] = pixels[6 - x];
                pixels[6 - x] = pixel;
            }
        }
        uint8_t bytes[32];
        memcpy(bytes, pixels, 32);
        for (int index = 0; index < 32; index++) block[row * 32 + index] = bytes[index];
    }
}

#if defined(__x86_64__)

__attribute__((target("avx2")))
static struct atelier_patch_sums compare_wide(
    const int16_t *block, const uint8_t *place, ptrdiff_t stride) {
    const __m256i mask = _mm256_setr_epi16(
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0);
    __m256i lanes = _mm256_setzero_si256();
    __m256i squares = _mm256_setzero_si256();
    for (int row = 0; row < 7; row++) {
        const __m256i left = _mm256_cvtepu8_epi16(
            _mm_loadu_si128((const __m128i *)place));
        const __m256i right = _mm256_and_si256(
            mask, _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(place + 16))));
        const __m256i a = _mm256_sub_epi16(
            _mm256_loadu_si256((const __m256i *)block), left);
        const __m256i b = _mm256_sub_epi16(
            _mm256_loadu_si256((const __m256i *)(block + 16)), right);
        lanes = _mm256_add_epi16(lanes, _mm256_add_epi16(a, b));
        squares = _mm256_add_epi32(
            squares, _mm256_add_epi32(_mm256_madd_epi16(a, a), _mm256_madd_epi16(b, b)));
        block += 32;
        place += stride;
    }
    __m128i sum = _mm_add_epi32(
        _mm256_castsi256_si128(squares), _mm256_extracti128_si256(squares, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
    __m128i by_lane = _mm_add_epi16(
        _mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    by_lane = _mm_add_epi16(by_lane, _mm_srli_si128(by_lane, 8));
    return (struct atelier_patch_sums){
        _mm_cvtsi128_si32(sum), (int16_t)_mm_extract_epi16(by_lane, 0),
        (int16_t)_mm_extract_epi16(by_lane, 1), (int16_t)_mm_extract_epi16(by_lane, 2)};
}

#endif

// Written so that compilers vectorise it on any machine.
static struct atelier_patch_sums compare_plain(
    const int16_t *block, const uint8_t *place, ptrdiff_t stride) {
    int32_t squares = 0;
    int16_t lanes[32] = {0};
    for (int row = 0; row < 7; row++) {
        for (int index = 0; index < 28; index++) {
            const int16_t gap = (int16_t)(block[index] - place[index]);
            lanes[index] = (int16_t)(lanes[index] + gap);
            squares += gap * gap;
        }
        block += 32;
        place += stride;
    }
    struct atelier_patch_sums sums = {squares, 0, 0, 0};
    for (int index = 0; index < 28; index += 4) {
        sums.first += lanes[index];
        sums.second += lanes[index + 1];
        sums.third += lanes[index + 2];
    }
    return sums;
}

struct atelier_patch_sums atelier_compare(
    const int16_t *block, const uint8_t *place, ptrdiff_t stride) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return compare_wide(block, place, stride);
#endif
    return compare_plain(block, place, stride);
}

static inline int32_t distance(const int16_t *query, const int16_t *value) {
#if defined(__x86_64__)
    const __m128i gap = _mm_sub_epi16(
        _mm_loadu_si128((const __m128i *)query), _mm_loadu_si128((const __m128i *)value));
    __m128i sum = _mm_madd_epi16(gap, gap);
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1)));
#else
    int32_t sum = 0;
    for (int index = 0; index < 8; index++) {
        const int32_t gap = (int16_t)(query[index] - value[index]);
        sum += gap * gap;
    }
    return sum;
#endif
}

void atelier_look_through(
    const int16_t *query, const int16_t *values, int32_t start, int32_t end,
    struct atelier_closest *closest) {
    for (int32_t index = start; index < end; index++) {
        const int32_t gap = distance(query, values + 8 * (ptrdiff_t)index);
        if (gap < closest->distance) {
            closest->second_distance = closest->distance;
            closest->second_index = closest->index;
            closest->distance = gap;
            closest->index = index;
        } else if (gap < closest->second_distance) {
            closest->second_distance = gap;
            closest->second_index = index;
        }
    }
}
