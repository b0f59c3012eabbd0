// The limits of a sketch.

/// Layers of one sketch.
export const layers = 24;
/// Bytes that the steps of undo may take; the oldest ones are forgotten beyond it. A stroke takes
/// some ten thousand bytes, so that this is more strokes than a day has.
export const historyBytes = 256 * 1024 * 1024;
/// Diameter of the brush, in pixels of the sketch.
export const brush = { smallest: 1, largest: 200 };
/// How far one can look: screen pixels for one pixel of the sketch.
export const zoom = { smallest: 0.1, largest: 24 };
/// Letters of a layer's name.
export const nameLetters = 60;
/// Bytes of a picture that is laid underneath.
export const underneathBytes = 32 * 1024 * 1024;
/// Longest side, in pixels, at which a picture underneath is kept.
export const underneathSide = 2048;
/// Colours of the artist's own beside those of the style.
export const ownColours = 12;
