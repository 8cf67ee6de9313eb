// The owner's side of the addon: what the thread that starts a guest asks for it.
#include "guest.h"

#include "napi.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

enum { EXIT_NS_MAX = 500 * 1000 * 1000 };

static struct blob blob_of(napi_env env, napi_value value) {
  size_t bytes;
  const uint8_t *from = bytes_of(env, value, &bytes);
  struct blob blob = {malloc(bytes ? bytes : 1), (uint32_t)bytes};
  if (!blob.bytes)
    napi_fatal_error("tripoll", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
  memcpy(blob.bytes, from ? from : (const uint8_t *)"", bytes);
  return blob;
}

static void let_go(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  void *owner = guest->owner;
  guest->owner = NULL;
  pthread_mutex_unlock(&guest->lock);
  if (owner)
    napi_release_threadsafe_function(owner, napi_tsfn_abort);
  guest_release(guest);
}

// The owner's environment ends before it has released the guest, whose worker is gone by now.
static void owner_gone(void *data) {
  struct guest *guest = data;
  guest_end(guest);
  let_go(guest);
}

// The numbers of struct quotas, in its order.
static struct quotas quotas_of(napi_env env, napi_value value) {
  struct quotas quotas;
  size_t bytes;
  const uint8_t *from = bytes_of(env, value, &bytes);
  check(bytes == sizeof quotas ? napi_ok : napi_invalid_arg, "quotas");
  memcpy(&quotas, from, sizeof quotas);
  return quotas;
}

static napi_value out_of_resources(napi_env env, const struct quotas *quotas, uint64_t left) {
  char text[160];
  if (left >= quotas->descriptors_min)
    return fail(env, "the host is out of memory or descriptors");
  snprintf(text, sizeof text,
           "it needs at least %u descriptors, and %llu are left; raise ulimit -n, or give the "
           "guests fewer",
           quotas->descriptors_min, (unsigned long long)left);
  return fail(env, text);
}

// create(quotas, stdinGranted, cmdline, environ, exiting(), ownerMayVanish): the guest's id.
// `exiting` is called when the guest has ended and its worker has to.
static napi_value create(napi_env env, napi_callback_info info) {
  napi_value values[6], name;
  bool owner_may_vanish;
  uint64_t left;
  arguments(env, info, 6, values);
  check(napi_get_value_bool(env, values[5], &owner_may_vanish), "ownerMayVanish");
  struct guest_options options = {.quotas = quotas_of(env, values[0])};
  check(napi_get_value_bool(env, values[1], &options.stdin_granted), "stdinGranted");
  options.cmdline = blob_of(env, values[2]);
  options.environ = blob_of(env, values[3]);
  struct guest *guest = guest_create(&options, &left);
  if (!guest)
    return out_of_resources(env, &options.quotas, left);
  napi_threadsafe_function owner;
  check(napi_create_string_utf8(env, "tripoll exiting", NAPI_AUTO_LENGTH, &name), "string");
  check(napi_create_threadsafe_function(env, values[4], NULL, name, 0, 1, NULL, NULL, NULL, NULL,
                                        &owner),
        "create_threadsafe_function");
  check(napi_unref_threadsafe_function(env, owner), "unref_threadsafe_function");
  guest->owner = owner;
  check(napi_add_env_cleanup_hook(env, owner_gone, guest), "add_env_cleanup_hook");
  if (owner_may_vanish && !guest_rouse(guest)) {
    napi_remove_env_cleanup_hook(env, owner_gone, guest);
    let_go(guest);
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

// signal(id, signum): sends a signal; true where that ends the guest.
static napi_value send_signal(napi_env env, napi_callback_info info) {
  napi_value values[2], result;
  uint32_t id;
  int32_t signum;
  arguments(env, info, 2, values);
  check(napi_get_value_uint32(env, values[0], &id), "id");
  check(napi_get_value_int32(env, values[1], &signum), "signum");
  struct guest *guest = guest_find(id);
  bool fatal = guest && guest_signal(guest, signum);
  if (guest)
    guest_unref(guest);
  check(napi_get_boolean(env, fatal, &result), "get_boolean");
  return result;
}

static napi_value end_all(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  guest_end_all();
  return NULL;
}

// release(id): forgets a guest whose worker is gone; the status it gave to exit_group, -2 where it
// has run too long without a call, or -1.
static napi_value release(napi_env env, napi_callback_info info) {
  struct guest *guest = guest_named(env, info);
  if (!guest)
    return number(env, -1);
  int32_t status = atomic_load(&guest->exited)    ? guest->status
                   : atomic_load(&guest->overran) ? -2
                                                  : -1;
  napi_remove_env_cleanup_hook(env, owner_gone, guest);
  let_go(guest);
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

static void *exit_late(void *argument) {
  const struct timespec pause = {.tv_nsec = EXIT_NS_MAX};
  nanosleep(&pause, NULL);
  _exit((int)(intptr_t)argument);
}

// exitSoon(code): ends the process after EXIT_NS_MAX if it still runs then. Its own exit joins
// every worker, and one may be where nothing interrupts it, in a compiler or a bulk instruction.
static napi_value exit_soon(napi_env env, napi_callback_info info) {
  napi_value value;
  int32_t code;
  pthread_t thread;
  arguments(env, info, 1, &value);
  check(napi_get_value_int32(env, value, &code), "code");
  if (pthread_create(&thread, NULL, exit_late, (void *)(intptr_t)code) == 0)
    pthread_detach(thread);
  return NULL;
}

void export_owner(napi_env env, napi_value exports) {
  export(env, exports, "create", create);
  export(env, exports, "signal", send_signal);
  export(env, exports, "end", end);
  export(env, exports, "endAll", end_all);
  export(env, exports, "release", release);
  export(env, exports, "tryWrite", try_write);
  export(env, exports, "exitSoon", exit_soon);
}
