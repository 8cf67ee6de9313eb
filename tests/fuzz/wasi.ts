// What the fuzzer knows of WASI's calls, and the subscriptions that it makes for them. A result of
// theirs is the value that they write, or -errno in WASI's numbers (guest/wasi.ts).

import * as a from "./arguments.ts";
import type { Make } from "./arguments.ts";
import type { Shape } from "./calls.ts";
import type { WasiName } from "./imports.ts";
import { literal } from "./program.ts";

const BADF = 8;
const ESPIPE = 70;

const SUBSCRIPTION_BYTES = 48;
const SUBSCRIPTIONS = 4;
const CLOCK = 0;
const FD_READ = 1;
const FD_WRITE = 2;

/** Clocks, a kind that there is not, and descriptors. The first is a clock that soon runs out,
 * where nobody ends a program that waits. */
const subscriptions: Make = (maker) => {
  const { random, mayBlock } = maker;
  const bytes = new Uint8Array(SUBSCRIPTIONS * SUBSCRIPTION_BYTES);
  const view = new DataView(bytes.buffer);
  const descriptors: number[] = [];
  for (let at = 0; at < bytes.length; at += SUBSCRIPTION_BYTES) {
    const isFirst = at === 0 && !mayBlock;
    const type = isFirst ? CLOCK : random.pick([CLOCK, FD_READ, FD_READ, FD_WRITE]);
    const isKnown = isFirst || random.chance(0.98);
    view.setInt32(at, random.bits(), true);
    view.setUint8(at + 8, isKnown ? type : random.bits());
    if (type === CLOCK) {
      const short = random.pick([0n, 1n, 20_000n, 200_000n]);
      const long = random.pick([10_000_000n, -1n]);
      view.setUint32(at + 16, random.pick([0, 1, 1, 1, 2, 99]), true);
      view.setBigInt64(at + 24, mayBlock && random.chance(0.3) ? long : short, true);
      view.setUint16(at + 40, random.pick([0, 0, 1, 2, 0xffff]), true);
    } else {
      descriptors.push(at + 16);
    }
  }
  const at = maker.poke(bytes);
  for (const offset of descriptors) maker.put(at, offset, a.fd()(maker));
  return at;
};

/** FDFLAGS: append, nonblock, and what is none. */
const descriptorFlags: Make = (maker) =>
  maker.random.chance(0.1) ? literal(maker.random.bits()) : a.blockingFlags(4, 1)(maker);

const clock: Make = a.one(0, 1, 1, 2, 3, -1);
const number: Make = a.output(4);
const offset: Make = a.one(0, 1, -1, 0x7fff_ffff);

export const WASI_SHAPES: Record<WasiName, Shape> = {
  wasi_args_get: {
    args: [a.output(8), a.output(64)],
    claims: "output(a0, 8); output(a1, linux_cmdline(0, 0))",
    weight: 5,
  },
  wasi_args_sizes_get: { args: [number, number], claims: "output(a0, 4); output(a1, 4)" },
  wasi_clock_res_get: { args: [clock, a.output(8)], claims: "output(a1, 8)", weight: 5 },
  wasi_clock_time_get: { args: [clock, offset, a.output(8)], claims: "output(a2, 8)" },
  wasi_environ_get: {
    args: [a.output(4), a.output(64)],
    claims: "output(a0, 4); output(a1, linux_environ(0, 0))",
  },
  wasi_environ_sizes_get: { args: [number, number], claims: "output(a0, 4); output(a1, 4)" },
  wasi_fd_close: { args: [a.fd()], closes: true, weight: 8 },
  wasi_fd_fdstat_get: { args: [a.fd(), a.output(24)], claims: "output(a1, 24)", weight: 20 },
  wasi_fd_fdstat_set_flags: { args: [a.fd(), descriptorFlags] },
  wasi_fd_prestat_dir_name: { args: [a.fd(), a.data, a.length], best: BADF, weight: 2 },
  wasi_fd_prestat_get: { args: [a.fd(), a.output(8)], best: BADF, weight: 2 },
  wasi_fd_read: {
    args: [a.fd(), a.iovecs, a.one(0, 1, 2, 3), number],
    valueAt: 3,
    claims: "vector(a1, a2); output(a3, 4)",
    weight: 20,
  },
  wasi_fd_renumber: { args: [a.fd(), a.fd()], closes: true, weight: 8 },
  wasi_fd_seek: {
    args: [a.fd(), offset, a.one(0, 1, 2), a.output(8)],
    best: ESPIPE,
    weight: 5,
  },
  wasi_fd_tell: { args: [a.fd(), a.output(8)], best: ESPIPE, weight: 5 },
  wasi_fd_write: {
    args: [a.fd(), a.iovecs, a.one(0, 1, 2, 3), number],
    valueAt: 3,
    claims: "output(a3, 4)",
    weight: 20,
  },
  wasi_poll_oneoff: {
    args: [subscriptions, a.output(128), a.one(1, 1, 2, 3, 4, 4, 0), number],
    valueAt: 3,
    claims: "subscribed(a1, a2); output(a3, 4)",
    weight: 30,
  },
  wasi_proc_exit: { args: [a.one(0, 1, 255, -1)], weight: 0, mayEnd: true },
  wasi_random_get: { args: [a.output(64), a.length], claims: "done(a0, a1)" },
  wasi_sched_yield: { args: [], weight: 2 },
};
