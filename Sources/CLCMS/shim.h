#pragma once
#include <lcms2.h>

// Swift does not import macros that expand to other macros.
static const cmsUInt32Number atelier_rgba8 = TYPE_RGBA_8;
static const cmsUInt32Number atelier_rgba16 = TYPE_RGBA_16;
static const cmsUInt32Number atelier_gray8 = TYPE_GRAY_8;
static const cmsUInt32Number atelier_gray16 = TYPE_GRAY_16;
static const cmsUInt32Number atelier_cmyk8_inverted = TYPE_CMYK_8_REV;
