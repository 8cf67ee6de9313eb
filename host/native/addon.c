// The addon's Node side: the only file that knows N-API (version 9).
//
// What crosses it:
//   owner  -> create, end, endAll, release, tryWrite, descriptorsMax
//   worker -> enter (gives the imports), attachMemory, log
//   guest  -> one function without arguments for each import: the caller stores the arguments in
//             the mailbox, the first CALL_ARGUMENTS words of the page, and finds the result in its
//             first word. N-API's own passing of arguments costs 40 ns a call more.
#define NAPI_VERSION 9
#include "imports.h"

#include <limits.h>
#include <node_api.h>
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
  napi_ref page, memory, decide, listening;
};

// A failed status here is a bug in this file or a broken runtime.
static void check(napi_status status, const char *what) {
  if (status != napi_ok)
    napi_fatal_error("tripoll", NAPI_AUTO_LENGTH, what, NAPI_AUTO_LENGTH);
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  check(napi_create_double(env, value, &result), "create_double");
  return result;
}

static uint32_t arguments(napi_env env, napi_callback_info info, size_t most, napi_value *values) {
  size_t count = most;
  check(napi_get_cb_info(env, info, &count, values, NULL, NULL), "get_cb_info");
  return (uint32_t)count;
}

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

static void exiting(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  if (guest->owner)
    napi_call_threadsafe_function(guest->owner, NULL, napi_tsfn_nonblocking);
  pthread_mutex_unlock(&guest->lock);
}

static const struct host node = {refresh_memory, decide, listening, exiting};

// The imports.

static struct guest *guest_of(napi_env env, napi_callback_info info) {
  void *data = NULL;
  check(napi_get_cb_info(env, info, NULL, NULL, NULL, &data), "get_cb_info");
  return data;
}

#define ARGUMENTS_1 , call[0]
#define ARGUMENTS_2 ARGUMENTS_1, call[1]
#define ARGUMENTS_3 ARGUMENTS_2, call[2]
#define ARGUMENTS_4 ARGUMENTS_3, call[3]
#define ARGUMENTS_5 ARGUMENTS_4, call[4]
#define ARGUMENTS_6 ARGUMENTS_5, call[5]

#define DEFINE(name, count, ...)                                                                   \
  static napi_value import_##name(napi_env env, napi_callback_info info) {                         \
    struct guest *guest = guest_of(env, info);                                                     \
    int32_t *call = guest->call;                                                                   \
    call[0] = sys_##name(guest ARGUMENTS_##count);                                                 \
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

// enter(id, page: ArrayBuffer, decide(verb, type, bytes), listening(type, bytes)): the imports, by
// name. From here on the thread is the guest's; whatever it opens is closed with its environment.
static napi_value enter(napi_env env, napi_callback_info info) {
  napi_value values[4], result;
  arguments(env, info, 4, values);
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
  *worker = (struct worker){env, reference(env, values[1]), NULL, reference(env, values[2]),
                            reference(env, values[3])};
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
  return result;
}

static struct guest *guest_here(napi_env env) {
  void *guest = NULL;
  check(napi_get_instance_data(env, &guest), "get_instance_data");
  return guest;
}

// attachMemory(memory: WebAssembly.Memory): false where V8 could not reserve its address space.
static napi_value attach_memory(napi_env env, napi_callback_info info) {
  napi_value memory, result;
  arguments(env, info, 1, &memory);
  struct guest *guest = guest_here(env);
  if (!guest)
    return fail(env, "no guest has entered");
  struct worker *worker = guest->worker;
  bool moved;
  worker->memory = reference(env, memory);
  if (!adopt_memory(guest, &moved) || napi_get_boolean(env, !moved, &result) != napi_ok)
    return NULL;
  return result;
}

static uint8_t *bytes_of(napi_env env, napi_value value, size_t *bytes) {
  void *data = NULL;
  napi_typedarray_type type;
  check(napi_get_typedarray_info(env, value, &type, bytes, &data, NULL, NULL), "Uint8Array");
  return data;
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
  while (left > 0) {
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (kernel(guest, SYS_ppoll, (long)&ready, 1, 0, 0, 0, 0) < 0)
      break;
    long written = kernel(guest, SYS_write, STDERR_FILENO, (long)at, (long)left, 0, 0, 0);
    if (written < 0 && written != -EAGAIN)
      break;
    at += written > 0 ? written : 0;
    left -= written > 0 ? (size_t)written : 0;
  }
  return NULL;
}

// The owner's side.

static struct blob blob_of(napi_env env, napi_value value) {
  size_t bytes;
  const uint8_t *from = bytes_of(env, value, &bytes);
  struct blob blob = {malloc(bytes ? bytes : 1), (uint32_t)bytes};
  if (!blob.bytes)
    napi_fatal_error("tripoll", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
  memcpy(blob.bytes, from ? from : (const uint8_t *)"", bytes);
  return blob;
}

// create(descriptorsMax, stdinGranted, cmdline, environ, exiting(), ownerMayVanish): the guest's
// id. `exiting` is called when the guest has called exit_group and its worker has to end.
static napi_value create(napi_env env, napi_callback_info info) {
  napi_value values[6], name;
  bool owner_may_vanish;
  arguments(env, info, 6, values);
  check(napi_get_value_bool(env, values[5], &owner_may_vanish), "ownerMayVanish");
  struct guest_options options;
  check(napi_get_value_uint32(env, values[0], &options.descriptors_max), "descriptorsMax");
  check(napi_get_value_bool(env, values[1], &options.stdin_granted), "stdinGranted");
  options.cmdline = blob_of(env, values[2]);
  options.environ = blob_of(env, values[3]);
  struct guest *guest = guest_create(&options);
  if (!guest)
    return fail(env, "the host is out of memory or descriptors");
  napi_threadsafe_function owner;
  check(napi_create_string_utf8(env, "tripoll exiting", NAPI_AUTO_LENGTH, &name), "string");
  check(napi_create_threadsafe_function(env, values[4], NULL, name, 0, 1, NULL, NULL, NULL, NULL,
                                        &owner),
        "create_threadsafe_function");
  check(napi_unref_threadsafe_function(env, owner), "unref_threadsafe_function");
  guest->owner = owner;
  if (owner_may_vanish && !guest_rouse(guest)) {
    guest_release(guest);
    return fail(env, "the host is out of threads");
  }
  return number(env, guest->id);
}

static struct guest *guest_named(napi_env env, napi_callback_info info) {
  napi_value value;
  uint32_t id;
  arguments(env, info, 1, &value);
  check(napi_get_value_uint32(env, value, &id), "id");
  return guest_find(id);
}

// end(id): interrupts whatever the guest does and answers all it asks with -EINTR.
static napi_value end(napi_env env, napi_callback_info info) {
  struct guest *guest = guest_named(env, info);
  if (!guest)
    return NULL;
  guest_end(guest);
  guest_unref(guest);
  return NULL;
}

static napi_value end_all(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  guest_end_all();
  return NULL;
}

// release(id): forgets a guest whose worker is gone; the status it gave to exit_group, or -1.
static napi_value release(napi_env env, napi_callback_info info) {
  struct guest *guest = guest_named(env, info);
  if (!guest)
    return number(env, -1);
  int32_t status = atomic_load(&guest->exited) ? guest->status : -1;
  pthread_mutex_lock(&guest->lock);
  void *owner = guest->owner;
  guest->owner = NULL;
  pthread_mutex_unlock(&guest->lock);
  if (owner)
    napi_release_threadsafe_function(owner, napi_tsfn_abort);
  guest_release(guest);
  guest_unref(guest);
  return number(env, status);
}

// tryWrite(fd, bytes): what could be written without waiting, or -errno; -EAGAIN is "later".
static napi_value try_write(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, 2, values);
  int32_t fd;
  size_t bytes;
  check(napi_get_value_int32(env, values[0], &fd), "fd");
  struct iovec iov = {.iov_base = bytes_of(env, values[1], &bytes)};
  // No more than what a writable pipe takes for certain.
  iov.iov_len = bytes < PIPE_BUF ? bytes : PIPE_BUF;
  struct pollfd ready = {.fd = fd, .events = POLLOUT};
  if (poll(&ready, 1, 0) == 0)
    return number(env, -EAGAIN);
  ssize_t written = pwritev2(fd, &iov, 1, -1, RWF_NOWAIT);
  if (written < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
    written = writev(fd, &iov, 1);
  return number(env, written < 0 ? -errno : (double)written);
}

// descriptorsMax(): the process's own RLIMIT_NOFILE.
static napi_value descriptors_max(napi_env env, napi_callback_info info) {
  (void)info;
  struct rlimit limit;
  return number(env, getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (double)limit.rlim_cur : 0);
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function), name);
  check(napi_set_named_property(env, exports, name, function), name);
}

NAPI_MODULE_INIT() {
  if (!kick_install())
    return fail(env, "cannot install a signal handler");
  export(env, exports, "create", create);
  export(env, exports, "end", end);
  export(env, exports, "endAll", end_all);
  export(env, exports, "release", release);
  export(env, exports, "enter", enter);
  export(env, exports, "attachMemory", attach_memory);
  export(env, exports, "log", log_line);
  export(env, exports, "tryWrite", try_write);
  export(env, exports, "descriptorsMax", descriptors_max);
  napi_value list;
  check(napi_create_object(env, &list), "create_object");
  for (size_t i = 0; i < IMPORT_COUNT; i++)
    check(napi_set_named_property(env, list, imports[i].name, number(env, imports[i].count)),
          "imports");
  check(napi_set_named_property(env, exports, "imports", list), "imports");
  return exports;
}
