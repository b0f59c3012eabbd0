#ifndef ATELIER_PATCH_KERNEL_H
#define ATELIER_PATCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// Compares patches of 7 × 7 pixels of 4 bytes: the innermost loop of every synthesis, and the only
// C of the project. Integer arithmetic only, so every machine computes the same. Twice as fast as
// Swift's SIMD types (22 against 7 to 11 million patches a second), which lack a multiply-add of
// adjacent lanes (pmaddwd).

enum {
    /// Integers of an unfolded patch: `[7, 8, 4]`, the eighth pixel of each row zero.
    atelier_unfolded_count = 7 * 32
};

/// The sums over two patches from which their difference follows.
struct atelier_patch_sums {
    /// Of the squared differences of all 196 bytes.
    int32_t squares;
    /// Of the differences of lanes 0, 1 and 2.
    int32_t first, second, third;
};

/// Widens a patch to 16-bit integers, mirrored left to right if `is_mirrored` is not 0.
///
/// `patch` is the upper left pixel, `stride` the distance of rows in bytes. `block` has room for
/// `atelier_unfolded_count` integers. Reads 28 bytes of each row.
void atelier_unfold(
    const uint8_t *patch, ptrdiff_t stride, int32_t is_mirrored, int16_t *block);

/// The sums over an unfolded patch minus the patch at `place`.
///
/// Reads 32 bytes of each row; the last 4 do not count.
struct atelier_patch_sums atelier_compare(
    const int16_t *block, const uint8_t *place, ptrdiff_t stride);

/// The indices of the two descriptors nearest so far; distances start at `INT32_MAX`.
struct atelier_closest {
    int32_t distance, second_distance;
    int32_t index, second_index;
};

/// Searches the descriptors `[start, end)` of `values`, 8 integers each, by squared distance.
///
/// The difference of two integers must fit 16 bits. Of equal distances the first counts.
void atelier_look_through(
    const int16_t *query, const int16_t *values, int32_t start, int32_t end,
    struct atelier_closest *closest);

/// Prefetches a patch that will be compared soon.
static inline void atelier_prefetch(const uint8_t *place, ptrdiff_t stride) {
    for (int row = 0; row < 7; row++) __builtin_prefetch(place + row * stride, 0, 3);
}

#endif
