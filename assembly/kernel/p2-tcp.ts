// TCP over WASI 0.2: streams that are read when their pollables are ready, and written to as far as
// they permit.

import { AF_INET6 } from "../constants";
import { EAGAIN, ECONNRESET, EINPROGRESS, EPIPE } from "../errno";
import { Iovec } from "../structs";
import { give, takeDirty } from "./blocks";
import * as wasi from "./externals/wasi2";
import { landAt } from "./landing";
import {
  Places,
  SOURCE_BITS,
  SOURCE_INPUT,
  SOURCE_OUTPUT,
  SOURCE_SOCKET,
  ignore,
  listen,
  nudge,
} from "./p2";
import { outcome, startBind, startConnect, toSockaddr } from "./p2-address";
import { scratch } from "./scratch";
import {
  CHUNK_BYTES,
  CONNECTED,
  CONNECTING,
  LISTENING,
  Tcp,
  acceptable,
  connected,
  failed,
  freeChunk,
  hasRoom,
  newChunk,
  receiveEnded,
  received,
  sendable,
} from "./tcp";

const FAILED: u8 = 0;
/** How many connections are taken ahead of accept4. */
const AHEAD_MAX: i32 = 16;

/** A connection that nobody has accepted yet. */
@unmanaged
class Arrival {
  next: Arrival | null;
  socket: i32;
  input: i32;
  output: i32;
}

@unmanaged
export class Tcp2 extends Tcp {
  socket: i32;
  input: i32;
  output: i32;
  inputPollable: i32;
  outputPollable: i32;
  socketPollable: i32;
  places: Places;
  firstArrival: Arrival | null;
  lastArrival: Arrival | null;
}

export function tcpBytes(): i32 {
  return offsetof<Tcp2>() + offsetof<Places>();
}

/** A new socket of WASI's for one of the guest's. */
export function tcpOpen(socket: Tcp): i32 {
  const tcp = changetype<Tcp2>(socket);
  tcp.places = changetype<Places>(changetype<usize>(tcp) + offsetof<Tcp2>());
  wasi.create_tcp_socket(tcp.family === AF_INET6 ? 1 : 0, scratch());
  const error = outcome(4);
  if (error === 0) tcp.socket = load<i32>(scratch(), 4);
  return error;
}

export function tcpBind(socket: Tcp, address: usize): i32 {
  const self = changetype<Tcp2>(socket).socket;
  const error = startBind(self, address);
  if (error < 0) return error;
  wasi.tcp_finish_bind(self, scratch());
  return outcome(1);
}

export function tcpListen(socket: Tcp, backlog: i32): i32 {
  const tcp = changetype<Tcp2>(socket);
  wasi.tcp_set_listen_backlog_size(tcp.socket, <u64>max(backlog, 1), scratch());
  if (tcp.state === LISTENING) return 0;
  wasi.tcp_start_listen(tcp.socket, scratch());
  let error = outcome(1);
  if (error < 0) return error;
  wasi.tcp_finish_listen(tcp.socket, scratch());
  error = outcome(1);
  if (error < 0) return error;
  awaitSocket(tcp);
  return 0;
}

function awaitSocket(tcp: Tcp2): void {
  if (tcp.socketPollable === 0) tcp.socketPollable = wasi.tcp_subscribe(tcp.socket);
  const owner = changetype<usize>(tcp) | SOURCE_SOCKET;
  listen(tcp.socketPollable, owner, changetype<usize>(tcp.places) + offsetof<Places>("socket"));
}

function forgetSocket(tcp: Tcp2): void {
  ignore(changetype<usize>(tcp.places) + offsetof<Places>("socket"));
}

function awaitInput(tcp: Tcp2): void {
  if (tcp.inputPollable === 0) tcp.inputPollable = wasi.input_stream_subscribe(tcp.input);
  const owner = changetype<usize>(tcp) | SOURCE_INPUT;
  listen(tcp.inputPollable, owner, changetype<usize>(tcp.places) + offsetof<Places>("input"));
}

function forgetInput(tcp: Tcp2): void {
  ignore(changetype<usize>(tcp.places) + offsetof<Places>("input"));
}

function awaitOutput(tcp: Tcp2): void {
  if (tcp.outputPollable === 0) tcp.outputPollable = wasi.output_stream_subscribe(tcp.output);
  const owner = changetype<usize>(tcp) | SOURCE_OUTPUT;
  listen(tcp.outputPollable, owner, changetype<usize>(tcp.places) + offsetof<Places>("output"));
}

function forgetOutput(tcp: Tcp2): void {
  ignore(changetype<usize>(tcp.places) + offsetof<Places>("output"));
}

/** Begins to connect: -EINPROGRESS, or why it cannot be. */
export function tcpConnect(socket: Tcp, address: usize): i32 {
  const tcp = changetype<Tcp2>(socket);
  const error = startConnect(tcp.socket, address);
  if (error < 0) return error;
  tcp.state = CONNECTING;
  awaitSocket(tcp);
  return -EINPROGRESS;
}

function finishConnect(tcp: Tcp2): void {
  wasi.tcp_finish_connect(tcp.socket, scratch());
  const error = outcome(4);
  if (error === -EAGAIN) return;
  forgetSocket(tcp);
  if (error < 0) {
    renew(tcp);
    failed(tcp, -error);
    return;
  }
  tcp.input = load<i32>(scratch(), 4);
  tcp.output = load<i32>(scratch(), 8);
  awaitInput(tcp);
  connected(tcp);
}

/** A socket of WASI's connects once; the guest's may try again. */
function renew(tcp: Tcp2): void {
  drop(tcp);
  tcpOpen(tcp);
}

/** Takes over the first connection that waits at a listener. */
export function tcpAccept(from: Tcp, to: Tcp): void {
  const listener = changetype<Tcp2>(from);
  const tcp = changetype<Tcp2>(to);
  const arrival = listener.firstArrival!;
  listener.firstArrival = arrival.next;
  if (arrival.next === null) listener.lastArrival = null;
  listener.waiting--;
  tcp.places = changetype<Places>(changetype<usize>(tcp) + offsetof<Tcp2>());
  tcp.socket = arrival.socket;
  tcp.input = arrival.input;
  tcp.output = arrival.output;
  tcp.state = CONNECTED;
  give(changetype<usize>(arrival), offsetof<Arrival>());
  awaitInput(tcp);
  awaitSocket(listener);
}

/** Takes what has arrived, as far as there is to be taken ahead. */
function arrive(listener: Tcp2): void {
  while (listener.waiting < AHEAD_MAX) {
    wasi.tcp_accept(listener.socket, scratch());
    if (load<u8>(scratch()) !== 0) return;
    const at = takeDirty(offsetof<Arrival>());
    if (at === 0) unreachable();
    const arrival = changetype<Arrival>(at);
    arrival.next = null;
    arrival.socket = load<i32>(scratch(), 4);
    arrival.input = load<i32>(scratch(), 8);
    arrival.output = load<i32>(scratch(), 12);
    const last = listener.lastArrival;
    if (last === null) listener.firstArrival = arrival;
    else last.next = arrival;
    listener.lastArrival = arrival;
    acceptable(listener);
  }
  forgetSocket(listener);
}

/** Whether the stream call that failed, its result in scratch, was reset; its error is dropped. */
function wasReset(): bool {
  if (load<u8>(scratch(), 4) !== FAILED) return false;
  wasi.error_drop(load<i32>(scratch(), 8));
  return true;
}

/** What there is to be read is queued. */
function readInput(tcp: Tcp2): void {
  const chunk = newChunk(CHUNK_BYTES);
  if (chunk === null) return;
  landAt(chunk.data, CHUNK_BYTES);
  wasi.input_stream_read(tcp.input, CHUNK_BYTES, scratch());
  landAt(0, 0);
  if (load<u8>(scratch()) !== 0) {
    freeChunk(chunk);
    forgetInput(tcp);
    if (wasReset()) failed(tcp, ECONNRESET);
    else receiveEnded(tcp);
    return;
  }
  const bytes = load<i32>(scratch(), 8);
  if (bytes === 0) freeChunk(chunk);
  else received(tcp, chunk, bytes);
  if (!hasRoom(tcp)) forgetInput(tcp);
}

/** The queue has been read from: there may be room for more. */
export function tcpResume(socket: Tcp): void {
  if (hasRoom(socket)) awaitInput(changetype<Tcp2>(socket));
}

/** Writes as much as there is room for: how much, -EAGAIN, or -EPIPE, -ECONNRESET. */
export function tcpSend(socket: Tcp, iov: usize, skip: i32, bytes: i32): i32 {
  const tcp = changetype<Tcp2>(socket);
  let room = permitted(tcp);
  if (room === 0 && !tcp.isFull) {
    // The host's turn may be over: then it says 0, and would go on saying so.
    if (tcp.outputPollable === 0) tcp.outputPollable = wasi.output_stream_subscribe(tcp.output);
    nudge(tcp.outputPollable);
    room = permitted(tcp);
  }
  if (room < 0) return room;
  if (room === 0) {
    tcp.isFull = true;
    awaitOutput(tcp);
    return -EAGAIN;
  }
  let done = skip;
  let behind: u32 = skip;
  while (done < bytes && room > 0) {
    const part = changetype<Iovec>(iov);
    if (behind >= part.len) {
      behind -= part.len;
      iov += offsetof<Iovec>();
      continue;
    }
    const step = min(min(<i32>(part.len - behind), bytes - done), room);
    wasi.output_stream_write(tcp.output, part.base + behind, step, scratch());
    if (load<u8>(scratch()) !== 0) return done > skip ? done - skip : sendFailed(tcp);
    done += step;
    behind += step;
    room -= step;
    if (done < bytes && room === 0) room = max(permitted(tcp), 0);
  }
  if (done < bytes) {
    tcp.isFull = true;
    awaitOutput(tcp);
  }
  return done - skip;
}

/** How many bytes may be written, -EPIPE or -ECONNRESET. */
function permitted(tcp: Tcp2): i32 {
  wasi.output_stream_check_write(tcp.output, scratch());
  if (load<u8>(scratch()) !== 0) return sendFailed(tcp);
  return <i32>min<u64>(load<u64>(scratch(), 8), i32.MAX_VALUE);
}

function sendFailed(tcp: Tcp2): i32 {
  const reset = wasReset();
  forgetOutput(tcp);
  if (!tcp.isSendShut) failed(tcp, reset ? ECONNRESET : EPIPE);
  return -EPIPE;
}

/** No more will be written. */
export function tcpShutdownSend(socket: Tcp): i32 {
  wasi.tcp_shutdown(changetype<Tcp2>(socket).socket, 1, scratch());
  return outcome(1);
}

/** Stores the address of one end as a sockaddr: its bytes, or an error. */
export function tcpName(socket: Tcp, isPeer: bool, to: usize): i32 {
  const self = changetype<Tcp2>(socket).socket;
  if (isPeer) wasi.tcp_remote_address(self, scratch());
  else wasi.tcp_local_address(self, scratch());
  const error = outcome(4);
  return error < 0 ? error : toSockaddr(scratch() + 4, to);
}

/** Its last number is gone. */
export function tcpClose(socket: Tcp): void {
  const tcp = changetype<Tcp2>(socket);
  let arrival = tcp.firstArrival;
  while (arrival !== null) {
    const next = arrival.next;
    wasi.input_stream_drop(arrival.input);
    wasi.output_stream_drop(arrival.output);
    wasi.tcp_drop(arrival.socket);
    give(changetype<usize>(arrival), offsetof<Arrival>());
    arrival = next;
  }
  drop(tcp);
}

/** Gives back all of WASI's: children before what they are of. */
function drop(tcp: Tcp2): void {
  forgetInput(tcp);
  forgetOutput(tcp);
  forgetSocket(tcp);
  if (tcp.inputPollable !== 0) wasi.pollable_drop(tcp.inputPollable);
  if (tcp.outputPollable !== 0) wasi.pollable_drop(tcp.outputPollable);
  if (tcp.socketPollable !== 0) wasi.pollable_drop(tcp.socketPollable);
  if (tcp.input !== 0) wasi.input_stream_drop(tcp.input);
  if (tcp.output !== 0) wasi.output_stream_drop(tcp.output);
  if (tcp.socket !== 0) wasi.tcp_drop(tcp.socket);
  tcp.inputPollable = tcp.outputPollable = tcp.socketPollable = 0;
  tcp.input = tcp.output = tcp.socket = 0;
}

/** Serves a source that is ready. */
export function serveTcp(owner: usize): void {
  const tcp = changetype<Tcp2>(owner & ~SOURCE_BITS);
  switch (<i32>(owner & SOURCE_BITS)) {
    case <i32>SOURCE_INPUT:
      if (tcp.places.input !== 0) readInput(tcp);
      break;
    case <i32>SOURCE_OUTPUT:
      forgetOutput(tcp);
      sendable(tcp);
      break;
    default:
      if (tcp.state === LISTENING) arrive(tcp);
      else if (tcp.state === CONNECTING) finishConnect(tcp);
  }
}
