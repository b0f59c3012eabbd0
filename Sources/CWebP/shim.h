#pragma once
#include <webp/decode.h>
// Only the tests write WebP files.
#include <webp/encode.h>
