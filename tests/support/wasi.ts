// The calls of WASI preview 1 that the host answers, as the tests import them.

/** Parameters of each: `i` is an i32, `l` an i64. Each is imported with an i32 for its result. */
export const WASI_CALLS = {
  args_get: "ii",
  args_sizes_get: "ii",
  clock_res_get: "ii",
  clock_time_get: "ili",
  environ_get: "ii",
  environ_sizes_get: "ii",
  fd_close: "i",
  fd_fdstat_get: "ii",
  fd_fdstat_set_flags: "ii",
  fd_prestat_dir_name: "iii",
  fd_prestat_get: "ii",
  fd_read: "iiii",
  fd_renumber: "ii",
  fd_seek: "ilii",
  fd_tell: "ii",
  fd_write: "iiii",
  poll_oneoff: "iiii",
  proc_exit: "i",
  random_get: "ii",
  sched_yield: "",
} as const;
