// The kinds of argument that socket calls have: addresses, options, messages and their data.
// As in kinds.ts, what is not inside the memory is shown as an address.

import { AF_INET6, AF_UNIX, SocketAddress, formatIpPort, formatIpv4, isIpv4 } from "../address.ts";
import { quote } from "../errors.ts";
import { unixName } from "../unix.ts";
import {
  I32,
  type Kind,
  NUMBER,
  type Struct,
  TIMEVAL,
  address,
  flagNames,
  isInside,
  nameOf,
  record,
  showArray,
  showAt,
  showBytes,
  wordAt,
} from "./kinds.ts";
import {
  FIONBIO,
  FIONREAD,
  MESSAGE_FLAGS,
  SOCKET_FLAGS,
  SOCKET_OPTIONS,
  SOCKET_TYPES,
  SOL_SOCKET,
  SO_LINGER,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  TIOCOUTQ,
} from "./names.ts";

const SOCKADDR_BYTES_MAX = 128;

/** The next argument, as an unsigned number. */
function next(args: readonly number[], at: number): number {
  return (args[at + 1] ?? 0) >>> 0;
}

export const socketType: Kind = (value) => {
  const type = nameOf(SOCKET_TYPES, value & 15);
  return value & ~15 ? `${type}|${flagNames(SOCKET_FLAGS, value & ~15)}` : type;
};

// Addresses

function showSockaddr(memory: DataView, at: number, length: number): string {
  const bytes = Math.min(length, SOCKADDR_BYTES_MAX);
  if (bytes < 2 || !isInside(memory, at, bytes)) return address(at);
  const raw = new Uint8Array(memory.buffer, memory.byteOffset + at, bytes);
  const found = new SocketAddress();
  if (found.read(raw)) return `{${showIpPort(found)}}`;
  if (found.family === AF_UNIX) return `{unix ${quote(unixName(raw))}}`;
  return found.family === 0 ? "{AF_UNSPEC}" : `{family ${found.family}}`;
}

function showIpPort({ family, ip, port }: SocketAddress): string {
  if (family !== AF_INET6 || !isIpv4(ip)) return formatIpPort(ip, port);
  return `[::ffff:${formatIpv4(ip[3]!)}]:${port}`;
}

/** An address that the call reads, as long as the next argument says. */
export const sockaddr: Kind = (value, { memory, args }, at) =>
  showSockaddr(memory(), value >>> 0, next(args, at));

/** An address that the call writes; the next argument points to its length. */
export const outputSockaddr: Kind = (value, { memory, args }, at) => {
  const lengthAt = next(args, at);
  // The kernel reports the whole length, though it writes no more than there was room for.
  const room = wordAt(memory(), lengthAt);
  return () => showSockaddr(memory(), value >>> 0, Math.min(room, wordAt(memory(), lengthAt)));
};

// Options; the level and the name stand before the value

const LINGER = record(8, { l_onoff: [0, I32], l_linger: [4, I32] });

export const optionName: Kind = (value, { args }) =>
  SOCKET_OPTIONS.get(args[1] ?? -1)?.get(value) ?? String(value | 0);

function optionStruct([, level, name]: readonly number[]): Struct {
  if (level === SOL_SOCKET && name === SO_LINGER) return LINGER;
  const isTimeout = name === SO_RCVTIMEO || name === SO_SNDTIMEO;
  return level === SOL_SOCKET && isTimeout ? TIMEVAL : NUMBER;
}

function showOption(args: readonly number[], memory: DataView, at: number, length: number): string {
  const struct = optionStruct(args);
  return length === struct.bytes ? showAt(struct, memory, at) : showBytes(memory, at, length);
}

/** An option's value that the call reads, as long as the next argument says. */
export const option: Kind = (value, { memory, args }, at) =>
  showOption(args, memory(), value >>> 0, next(args, at));

/** An option's value that the call writes; the next argument points to its length. */
export const outputOption: Kind =
  (value, { memory, args }, at) =>
  () =>
    showOption(args, memory(), value >>> 0, wordAt(memory(), next(args, at)));

export const ioctlArgument: Kind = (value, { memory, args }) => {
  const show = () => showAt(NUMBER, memory(), value >>> 0);
  if (args[1] === FIONBIO) return show();
  return args[1] === FIONREAD || args[1] === TIOCOUTQ ? show : address(value);
};

// Messages

/** iovecs whose buffers hold that many bytes together. */
function iovec(bytes: number): Struct {
  let left = bytes;
  return {
    bytes: 8,
    show: (memory, at) => {
      const length = memory.getUint32(at + 4, true);
      const held = Math.min(length, left);
      left -= held;
      const base = showBytes(memory, memory.getUint32(at, true), held);
      return `{iov_base=${base}, iov_len=${length}}`;
    },
  };
}

/** Buffers that the call reads; how many is the next argument. */
export const iovecs: Kind = (value, { memory, args }, at) =>
  showArray(iovec(Infinity), memory(), value >>> 0, next(args, at));

/** Buffers that the call fills with as many bytes as it returns. */
export const outputIovecs: Kind =
  (value, { memory, args }, at) =>
  (result) =>
    showArray(iovec(result), memory(), value >>> 0, next(args, at));

/** A msghdr with `dataBytes` in its buffers, and no name longer than there is room for. */
function msghdr(dataBytes: number, nameRoom = Infinity): Struct {
  return {
    bytes: 28,
    show: (memory, at) => {
      const word = (offset: number) => memory.getUint32(at + offset, true);
      const name = showSockaddr(memory, word(0), Math.min(word(4), nameRoom));
      const iov = showArray(iovec(dataBytes), memory, word(8), word(12));
      const [control, flags] = [word(20), flagNames(MESSAGE_FLAGS, word(24))];
      return `{msg_name=${name}, msg_iov=${iov}, msg_controllen=${control}, msg_flags=${flags}}`;
    },
  };
}

export const message: Kind = (value, { memory }) => showAt(msghdr(Infinity), memory(), value >>> 0);

export const outputMessage: Kind = (value, { memory }) => {
  const room = wordAt(memory(), (value >>> 0) + 4);
  return (result) => showAt(msghdr(result, room), memory(), value >>> 0);
};

/** mmsghdrs; `isOutput` shows of each the data that came, and no name. */
function mmsghdr(isOutput: boolean): Struct {
  return {
    bytes: 32,
    show: (memory, at) => {
      const length = memory.getUint32(at + 28, true);
      const struct = isOutput ? msghdr(length, 0) : msghdr(Infinity);
      return `{msg_hdr=${struct.show(memory, at)}, msg_len=${length}}`;
    },
  };
}

/** Messages that the call has sent, with their lengths. */
export const messages: Kind =
  (value, { memory }) =>
  (result) =>
    showArray(mmsghdr(false), memory(), value >>> 0, result);

/** Messages that the call has received. */
export const outputMessages: Kind =
  (value, { memory }) =>
  (result) =>
    showArray(mmsghdr(true), memory(), value >>> 0, result);
