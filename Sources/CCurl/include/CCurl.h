#pragma once

#include <curl/curl.h>
#include <stdint.h>

// curl_easy_setopt and its kin are variadic macros, which Swift can't call: here is one plain function
// for each type of argument in use. The caller answers for an option's type.

/// What CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION take.
typedef size_t (*ccurl_data_callback)(char *data, size_t size, size_t count, void *context);

/// What CURLOPT_XFERINFOFUNCTION takes; anything but 0 breaks the transfer off.
typedef int (*ccurl_progress_callback)(
    void *context, curl_off_t to_receive, curl_off_t received, curl_off_t to_send, curl_off_t sent);

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_callback(CURL *easy, CURLoption option, ccurl_data_callback value);
CURLcode ccurl_set_progress(CURL *easy, ccurl_progress_callback value);

CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, int64_t *value);
CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
