#ifndef ATELIER_PATCH_KERNEL_H
#define ATELIER_PATCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// Compares patches of 7 × 7 pixels of 4 bytes: the innermost loop of all drawing, and the only C
// of the project. Whole numbers only, so every machine finds the same; twice as fast as Swift's
// vectors, which have no multiply-add of neighbours.

enum {
    /// 16-bit numbers of an unfolded patch: 7 rows of 8 pixels, the eighth pixel zero.
    atelier_unfolded_count = 7 * 32
};

/// The sums over a patch from which its difference follows.
struct atelier_patch_sums {
    /// Of the squares of all 196 byte differences.
    int32_t squares;
    /// Of the differences of one lane each.
    int32_t first, second, third;
};

/// Spreads a patch into 16-bit numbers, mirrored left to right if asked.
///
/// `patch` is the top left pixel, `stride` the bytes from row to row. `block` holds
/// `atelier_unfolded_count` numbers.
void atelier_unfold(
    const uint8_t *patch, ptrdiff_t stride, int32_t is_mirrored, int16_t *block);

/// The sums of an unfolded patch less the patch at `place`.
///
/// Reads 4 bytes beyond each row's seven pixels; they do not count.
struct atelier_patch_sums atelier_compare(
    const int16_t *block, const uint8_t *place, ptrdiff_t stride);

/// The two closest so far to a descriptor, as indices; distances start at `INT32_MAX`.
struct atelier_closest {
    int32_t distance, second_distance;
    int32_t index, second_index;
};

/// Looks through the descriptors from index `start` up to `end`, 8 numbers each.
///
/// Differences of two numbers must fit 16 bits.
void atelier_look_through(
    const int16_t *query, const int16_t *values, int32_t start, int32_t end,
    struct atelier_closest *closest);

/// Asks for the memory of a patch that will be compared soon.
static inline void atelier_prefetch(const uint8_t *place, ptrdiff_t stride) {
    for (int row = 0; row < 7; row++) __builtin_prefetch(place + row * stride, 0, 3);
}

#endif
