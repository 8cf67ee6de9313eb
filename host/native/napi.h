// What the addon's two N-API files share: checked calls, arguments, exports.
#pragma once

#define NAPI_VERSION 9
#include <node_api.h>

#include <stdint.h>

// A failed status here is a bug in this file or a broken runtime.
static inline void check(napi_status status, const char *what) {
  if (status != napi_ok)
    napi_fatal_error("tripoll", NAPI_AUTO_LENGTH, what, NAPI_AUTO_LENGTH);
}

static inline napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static inline napi_value number(napi_env env, double value) {
  napi_value result;
  check(napi_create_double(env, value, &result), "create_double");
  return result;
}

static inline uint32_t arguments(napi_env env, napi_callback_info info, size_t most,
                                 napi_value *values) {
  size_t count = most;
  check(napi_get_cb_info(env, info, &count, values, NULL, NULL), "get_cb_info");
  return (uint32_t)count;
}

static inline uint8_t *bytes_of(napi_env env, napi_value value, size_t *bytes) {
  void *data = NULL;
  napi_typedarray_type type;
  check(napi_get_typedarray_info(env, value, &type, bytes, &data, NULL, NULL), "Uint8Array");
  return data;
}

static inline void export(napi_env env, napi_value exports, const char *name,
                          napi_callback callback) {
  napi_value function;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function), name);
  check(napi_set_named_property(env, exports, name, function), name);
}

void export_owner(napi_env env, napi_value exports);
