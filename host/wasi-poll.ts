// WASI's poll_oneoff, as one ppoll of the guest's: descriptors, and the nearest of its clocks.

import type { Imports } from "./imports.ts";
import { EFAULT, EINVAL, BADF, wasiErrno } from "./wasi-errno.ts";
import type { Output, WasiMemory } from "./wasi-memory.ts";

interface Clock {
  now: () => bigint;
}

export interface PollOneoff {
  linux: Imports;
  memory: WasiMemory;
  clocks: Readonly<Record<number, Clock>>;
  subscriptions: number;
  events: number;
  count: number;
  result: number;
}

type Subscription =
  | { userdata: bigint; type: typeof CLOCK; error: number; waitNs: bigint }
  | { userdata: bigint; type: typeof FD_READ | typeof FD_WRITE; fd: number };

interface Event {
  userdata: bigint;
  error: number;
  type: number;
  bytes: number;
  hangsUp: boolean;
}

/** As many as a Linux process may poll; the list of them is the host's own memory. */
const SUBSCRIPTIONS_MAX = 65_536;

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** Where in the events the array of ppoll and its time begin: not at 0, which is NULL to Linux. */
const SCRATCH_OFFSET = 8;
const CLOCK = 0;
const FD_READ = 1;
const FD_WRITE = 2;
const ABSTIME = 1;
const HANGUP = 1;

const POLLFD_BYTES = 8;
/** Open in no guest, and not negative, which poll would pass over. */
const FD_MAX = 0x7fffffff;
const POLLIN = 1;
const POLLOUT = 4;
const POLLHUP = 16;
const POLLNVAL = 32;
const FIONREAD = 0x541b;
const NS = 1_000_000_000n;

/** Waits for the first of the subscriptions and reports all that have come to pass. */
export function pollOneoff(call: PollOneoff): number {
  const { linux, memory, count } = call;
  if (count === 0 || count > SUBSCRIPTIONS_MAX) return EINVAL;
  const input = memory.output(call.subscriptions, count * SUBSCRIPTION_BYTES);
  const output = memory.output(call.events, count * EVENT_BYTES);
  const result = memory.output(call.result, 4);
  if (input === undefined || output === undefined || result === undefined) return EFAULT;
  const scratch = output.from(SCRATCH_OFFSET);
  const asked = readSubscriptions(input, count, call.clocks);
  if (asked === undefined) return EINVAL;
  const waits = asked.flatMap((one) => (one.type === CLOCK ? [one.waitNs] : []));
  const nearest = waits.length === 0 ? undefined : waits.reduce((a, b) => (a < b ? a : b));
  const descriptors = asked.filter((one) => one.type !== CLOCK);
  const ready = waitFor(linux, scratch, descriptors, nearest);
  if (ready < 0) return wasiErrno(ready);
  const revents = descriptors.map((_, i) => scratch.getU16(i * POLLFD_BYTES + 6));
  const events = descriptors.flatMap((one, i) => eventOf(linux, scratch, one, revents[i]!));
  if (ready === 0) {
    for (const one of asked) {
      if (one.type === CLOCK && one.waitNs === nearest) events.push(clockEvent(one));
    }
  }
  output.clear();
  for (const [i, event] of events.entries()) writeEvent(output, i * EVENT_BYTES, event);
  result.u32(0, events.length);
  return 0;
}

/** Copies of them: the events may be written over them. */
function readSubscriptions(
  input: Output,
  count: number,
  clocks: Readonly<Record<number, Clock>>,
): Subscription[] | undefined {
  const list: Subscription[] = [];
  for (let at = 0; at < count * SUBSCRIPTION_BYTES; at += SUBSCRIPTION_BYTES) {
    const userdata = input.getU64(at);
    const type = input.getU8(at + 8);
    if (type === FD_READ || type === FD_WRITE) {
      list.push({ userdata, type, fd: input.getU32(at + 16) });
      continue;
    }
    const clock = clocks[input.getU32(at + 16)];
    if (type !== CLOCK) return undefined;
    const timeout = input.getU64(at + 24);
    const isAbsolute = (input.getU16(at + 40) & ABSTIME) !== 0;
    const wait = isAbsolute ? timeout - (clock?.now() ?? 0n) : timeout;
    const error = clock === undefined ? EINVAL : 0;
    list.push({ userdata, type, error, waitNs: error !== 0 || wait < 0n ? 0n : wait });
  }
  return list;
}

/** One ppoll; its array and its time lie where the events will be, which take more room. */
function waitFor(
  linux: Imports,
  scratch: Output,
  descriptors: readonly Subscription[],
  waitNs: bigint | undefined,
): number {
  for (const [i, one] of descriptors.entries()) {
    if (one.type === CLOCK) continue;
    scratch.u32(i * POLLFD_BYTES, Math.min(one.fd, FD_MAX));
    scratch.u32(i * POLLFD_BYTES + 4, one.type === FD_READ ? POLLIN : POLLOUT);
  }
  const time = descriptors.length * POLLFD_BYTES;
  if (waitNs !== undefined) {
    scratch.u64(time, waitNs / NS);
    scratch.u64(time + 8, waitNs % NS);
  }
  const timeAddress = waitNs === undefined ? 0 : scratch.address + time;
  return linux.ppoll(scratch.address, descriptors.length, timeAddress, 0, 8);
}

function eventOf(linux: Imports, scratch: Output, one: Subscription, revents: number): Event[] {
  if (revents === 0 || one.type === CLOCK) return [];
  const { userdata, type, fd } = one;
  const error = revents & POLLNVAL ? BADF : 0;
  const canTell =
    type === FD_READ && error === 0 && linux.ioctl(fd, FIONREAD, scratch.address) === 0;
  const bytes = canTell ? scratch.getU32(0) : 1;
  return [{ userdata, error, type, bytes, hangsUp: (revents & POLLHUP) !== 0 }];
}

function clockEvent({ userdata, error, type }: Subscription & { type: typeof CLOCK }): Event {
  return { userdata, error, type, bytes: 0, hangsUp: false };
}

function writeEvent(output: Output, at: number, event: Event): void {
  output.u64(at, event.userdata);
  output.u16(at + 8, event.error);
  output.u8(at + 10, event.type);
  if (event.type === CLOCK) return;
  output.u64(at + 16, BigInt(event.bytes));
  output.u16(at + 24, event.hangsUp ? HANGUP : 0);
}
