// The addon as Node loads it: the worker's side and the imports. With owner.c, all that knows
// N-API.
//
// What crosses it:
//   owner  -> create, signal, end, endAll, release, exitSoon, tryWrite
//   worker -> enter (gives the imports), attach, log
//   guest  -> one function without arguments for each import: the caller stores the arguments in
//             the mailbox, the first CALL_ARGUMENTS words of the page, and finds the result in its
//             first word. N-API's own passing of arguments costs 40 ns a call more.
#include "imports.h"
#include "napi.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
  MAILBOX_BYTES = 64, // of the page; the address the policy is asked about follows
  PAGE_BYTES = MAILBOX_BYTES + ADDRESS_BYTES,
};

// What a worker's environment holds for its guest.
struct worker {
  napi_env env;
  napi_ref page, memory, decide, listening, exhausted, signal;
};

// Whether V8 reserved the whole address space that 32 bits can reach: then the memory never moves,
// and what lies behind its end is not somebody else's.
static bool is_reserved(const uint8_t *base, size_t bytes) {
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps)
    return false;
  uintptr_t at = (uintptr_t)base, end = at + (UINT64_C(1) << 32);
  char line[512];
  while (at < end && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char access[5];
    if (sscanf(line, "%lx-%lx %4s", &from, &to, access) != 3 || to <= at)
      continue;
    bool inside = at < (uintptr_t)base + bytes;
    if (from > at || (!inside && strncmp(access, "---", 3) != 0))
      break;
    at = to;
  }
  fclose(maps);
  return at >= end;
}

// The host's answers, on the guest's thread.

// Takes over the memory as it is now; an empty one has no address yet. `*moved`: it is not where it
// was, or is not reserved. False where JavaScript is being ended.
static bool adopt_memory(struct guest *guest, bool *moved) {
  struct worker *worker = guest->worker;
  napi_value memory, buffer;
  void *base;
  size_t bytes;
  *moved = false;
  if (napi_get_reference_value(worker->env, worker->memory, &memory) != napi_ok ||
      napi_get_named_property(worker->env, memory, "buffer", &buffer) != napi_ok ||
      napi_get_arraybuffer_info(worker->env, buffer, &base, &bytes) != napi_ok)
    return false;
  if (bytes == 0)
    return true;
  *moved = guest->memory ? base != guest->memory : !is_reserved(base, bytes);
  if (*moved)
    return true;
  guest->memory = base;
  guest->memory_bytes = bytes;
  return true;
}

static bool refresh_memory(struct guest *guest) {
  struct worker *worker = guest->worker;
  napi_value page, length;
  bool moved = false;
  if (!worker->memory) // not attached yet; the question is only whether JavaScript is being ended
    return napi_get_reference_value(worker->env, worker->page, &page) == napi_ok &&
           napi_get_named_property(worker->env, page, "byteLength", &length) == napi_ok;
  bool alive = adopt_memory(guest, &moved);
  if (moved)
    napi_fatal_error("tripoll", NAPI_AUTO_LENGTH, "guest memory moved", NAPI_AUTO_LENGTH);
  return alive;
}

// Calls into JavaScript; what goes wrong there is swallowed, and `*result` stays.
static void call_back(struct worker *worker, napi_ref function, int32_t a, int32_t b, int32_t c,
                      int32_t *result) {
  napi_env env = worker->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok)
    return;
  napi_value callee, global, values[3], returned;
  bool called = napi_get_reference_value(env, function, &callee) == napi_ok &&
                napi_get_global(env, &global) == napi_ok &&
                napi_create_int32(env, a, &values[0]) == napi_ok &&
                napi_create_int32(env, b, &values[1]) == napi_ok &&
                napi_create_int32(env, c, &values[2]) == napi_ok &&
                napi_call_function(env, global, callee, 3, values, &returned) == napi_ok;
  if (!called || napi_get_value_int32(env, returned, result) != napi_ok) {
    napi_value exception;
    napi_get_and_clear_last_exception(env, &exception);
  }
  napi_close_handle_scope(env, scope);
}

static enum verdict decide(struct guest *guest, enum verb verb, int type, size_t bytes) {
  struct worker *worker = guest->worker;
  int32_t verdict = DENIED;
  call_back(worker, worker->decide, verb, type, (int32_t)bytes, &verdict);
  return verdict == GRANTED || verdict == HARMLESS ? (enum verdict)verdict : DENIED;
}

static void listening(struct guest *guest, int type, size_t bytes) {
  struct worker *worker = guest->worker;
  int32_t ignored = 0;
  call_back(worker, worker->listening, type, (int32_t)bytes, 0, &ignored);
}

static void exhausted(struct guest *guest, enum quota quota, uint32_t max) {
  struct worker *worker = guest->worker;
  int32_t ignored = 0;
  call_back(worker, worker->exhausted, quota, (int32_t)max, 0, &ignored);
}

static void exiting(struct guest *guest) {
  if (guest->owner)
    napi_call_threadsafe_function(guest->owner, NULL, napi_tsfn_nonblocking);
}

// A trap in the handler stays pending: it is thrown when the import returns.
static bool handle(struct guest *guest, uint32_t handler, int32_t signum) {
  struct worker *worker = guest->worker;
  napi_env env = worker->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok)
    return false;
  napi_value callee, global, values[2];
  bool well = napi_get_reference_value(env, worker->signal, &callee) == napi_ok &&
              napi_get_global(env, &global) == napi_ok &&
              napi_create_int32(env, (int32_t)handler, &values[0]) == napi_ok &&
              napi_create_int32(env, signum, &values[1]) == napi_ok;
  guest_count_call(guest); // the guest's own code runs, not the call
  well = well && napi_call_function(env, global, callee, 2, values, NULL) == napi_ok;
  guest_count_call(guest);
  napi_close_handle_scope(env, scope);
  return well;
}

static const struct host node = {.refresh_memory = refresh_memory,
                                 .decide = decide,
                                 .listening = listening,
                                 .exhausted = exhausted,
                                 .exiting = exiting,
                                 .handle = handle};

// The imports.

static struct guest *guest_of(napi_env env, napi_callback_info info) {
  void *data = NULL;
  check(napi_get_cb_info(env, info, NULL, NULL, NULL, &data), "get_cb_info");
  return data;
}

#define ARGUMENTS_0
#define ARGUMENTS_1 , call[0]
#define ARGUMENTS_2 ARGUMENTS_1, call[1]
#define ARGUMENTS_3 ARGUMENTS_2, call[2]
#define ARGUMENTS_4 ARGUMENTS_3, call[3]
#define ARGUMENTS_5 ARGUMENTS_4, call[4]
#define ARGUMENTS_6 ARGUMENTS_5, call[5]

// The arguments are copied: a signal handler's own calls overwrite the mailbox, and a call that is
// restarted needs them again.
#define DEFINE(name, count, ...)                                                                   \
  static napi_value import_##name(napi_env env, napi_callback_info info) {                         \
    struct guest *guest = guest_of(env, info);                                                     \
    int32_t call[CALL_ARGUMENTS], result;                                                          \
    memcpy(call, guest->call, sizeof call);                                                        \
    guest_count_call(guest);                                                                       \
    if (!guest_attention(guest) || signals_before(guest)) {                                        \
      do                                                                                           \
        result = sys_##name(guest ARGUMENTS_##count);                                              \
      while ((guest_attention(guest) || restarts(result)) && signals_after(guest, &result));       \
      guest->call[0] = result;                                                                     \
    }                                                                                              \
    guest_count_call(guest);                                                                       \
    return NULL;                                                                                   \
  }
IMPORTS(DEFINE)
#undef DEFINE

static const struct import {
  const char *name;
  uint32_t count;
  napi_callback call;
} imports[] = {
#define ENTRY(name, count, ...) {#name, count, import_##name},
    IMPORTS(ENTRY)
#undef ENTRY
};

enum { IMPORT_COUNT = sizeof imports / sizeof *imports };

// The worker's side.

static void leave(void *data) {
  struct guest *guest = data;
  free(guest->worker);
  guest->worker = NULL;
  guest_leave(guest);
  guest_unref(guest);
}

static napi_ref reference(napi_env env, napi_value value) {
  napi_ref result;
  check(napi_create_reference(env, value, 1, &result), "create_reference");
  return result;
}

// enter(id, page: ArrayBuffer, decide(verb, type, bytes), listening(type, bytes), exhausted(quota,
// max)): the imports, by name. From here on the thread is the guest's; whatever it opens is closed
// with its environment.
static napi_value enter(napi_env env, napi_callback_info info) {
  napi_value values[5], result;
  arguments(env, info, 5, values);
  uint32_t id;
  uint8_t *page;
  size_t bytes;
  check(napi_get_value_uint32(env, values[0], &id), "id");
  check(napi_get_arraybuffer_info(env, values[1], (void **)&page, &bytes), "page");
  if (bytes < PAGE_BYTES)
    return fail(env, "the page is too small");
  struct guest *guest = guest_find(id);
  if (!guest)
    return fail(env, "no such guest");
  struct worker *worker = calloc(1, sizeof *worker);
  if (!worker || !guest_enter(guest)) {
    free(worker);
    guest_unref(guest);
    return fail(env, "the guest has ended");
  }
  *worker = (struct worker){
      .env = env,
      .page = reference(env, values[1]),
      .decide = reference(env, values[2]),
      .listening = reference(env, values[3]),
      .exhausted = reference(env, values[4]),
  };
  guest->host = &node;
  guest->worker = worker;
  guest->call = (int32_t *)page;
  guest->address = page + MAILBOX_BYTES;
  check(napi_add_env_cleanup_hook(env, leave, guest), "add_env_cleanup_hook");
  check(napi_set_instance_data(env, guest, NULL, NULL), "set_instance_data");
  check(napi_create_object(env, &result), "create_object");
  for (size_t i = 0; i < IMPORT_COUNT; i++) {
    napi_value function;
    // The worker can be terminated at any moment; then there is nobody to answer.
    if (napi_create_function(env, imports[i].name, NAPI_AUTO_LENGTH, imports[i].call, guest,
                             &function) != napi_ok ||
        napi_set_named_property(env, result, imports[i].name, function) != napi_ok)
      return NULL;
  }
  if (!guest_time(guest))
    return fail(env, "the host is out of threads");
  return result;
}

static struct guest *guest_here(napi_env env) {
  void *guest = NULL;
  check(napi_get_instance_data(env, &guest), "get_instance_data");
  return guest;
}

// attach(memory: WebAssembly.Memory, signal?: (handler, signum) => void): what the guest exports.
// False where V8 could not reserve the memory's address space.
static napi_value attach(napi_env env, napi_callback_info info) {
  napi_value values[2], result;
  napi_valuetype type;
  arguments(env, info, 2, values);
  check(napi_typeof(env, values[1], &type), "typeof");
  struct guest *guest = guest_here(env);
  if (!guest)
    return fail(env, "no guest has entered");
  struct worker *worker = guest->worker;
  bool moved;
  worker->memory = reference(env, values[0]);
  if (type == napi_function) {
    worker->signal = reference(env, values[1]);
    guest->handles_signals = true;
  }
  if (!adopt_memory(guest, &moved) || napi_get_boolean(env, !moved, &result) != napi_ok)
    return NULL;
  return result;
}

// log(bytes: Uint8Array): to the host's stderr, blocking the guest's thread alone, as a write of
// the guest itself would.
static napi_value log_line(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, 1, &value);
  struct guest *guest = guest_here(env);
  if (!guest)
    return fail(env, "no guest has entered");
  size_t left;
  uint8_t *at = bytes_of(env, value, &left);
  while (left > 0 && !guest_is_ending(guest)) {
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    ssize_t written = poll(&ready, 1, -1) < 0 ? -1 : write(STDERR_FILENO, at, left);
    if (written < 0 && errno == EINTR)
      guest_roused(guest);
    else if (written < 0 && errno != EAGAIN)
      break;
    at += written > 0 ? written : 0;
    left -= written > 0 ? (size_t)written : 0;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  if (!kick_install())
    return fail(env, "cannot install a signal handler");
  export_owner(env, exports);
  export(env, exports, "enter", enter);
  export(env, exports, "attach", attach);
  export(env, exports, "log", log_line);
  napi_value list;
  check(napi_create_object(env, &list), "create_object");
  for (size_t i = 0; i < IMPORT_COUNT; i++)
    check(napi_set_named_property(env, list, imports[i].name, number(env, imports[i].count)),
          "imports");
  check(napi_set_named_property(env, exports, "imports", list), "imports");
  return exports;
}
