#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions: one wrapper per type of argument.

typedef size_t (*atelier_curl_data_function)(char *, size_t, size_t, void *);
typedef int (*atelier_curl_progress_function)(
    void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

static inline CURLcode atelier_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_text(
    CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_list(
    CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_data_function(
    CURL *handle, CURLoption option, atelier_curl_data_function value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode atelier_curl_set_progress_function(
    CURL *handle, atelier_curl_progress_function value) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode atelier_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
