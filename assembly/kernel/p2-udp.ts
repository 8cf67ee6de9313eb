// UDP over WASI 0.2: a pair of datagram streams, new ones whenever the socket's peer changes.

import { AF_INET6 } from "../constants";
import { EAGAIN } from "../errno";
import { give, takeDirty } from "./blocks";
import * as wasi from "./externals/wasi2";
import { landAt } from "./landing";
import { gather } from "./memory";
import { Places, SOURCE_BITS, SOURCE_DATAGRAM, SOURCE_OUTPUT, ignore, listen, nudge } from "./p2";
import { outcome, startUdpBind, startUdpStream, toSockaddr, fromSockaddr } from "./p2-address";
import { scratch } from "./scratch";
import {
  Udp,
  arrived,
  dropDatagrams,
  hasDatagramRoom,
  newDatagram,
  refused,
  udpSendable,
} from "./udp";

/** The longest datagram, and the record of one. */
const LANDING_BYTES: i32 = 65536 + 64;
const OUTGOING_BYTES: i32 = 44;
/** Where in scratch an outgoing-datagram is put together. */
const OUTGOING: usize = 320;
const PERMIT: usize = 8;

@unmanaged
export class Udp2 extends Udp {
  socket: i32;
  incoming: i32;
  outgoing: i32;
  incomingPollable: i32;
  outgoingPollable: i32;
  places: Places;
}

/** Where a datagram lands before it is known how long it is. */
let landing: usize = 0;

export function udpBytes(): i32 {
  return offsetof<Udp2>() + offsetof<Places>();
}

export function udpOpen(socket: Udp): i32 {
  const udp = changetype<Udp2>(socket);
  udp.places = changetype<Places>(changetype<usize>(udp) + offsetof<Udp2>());
  wasi.create_udp_socket(i32(udp.family === AF_INET6), scratch());
  const error = outcome(4);
  if (error === 0) udp.socket = load<i32>(scratch(), 4);
  return error;
}

/** Binds, and begins to receive. */
export function udpBind(socket: Udp, address: usize): i32 {
  const udp = changetype<Udp2>(socket);
  let error = startUdpBind(udp.socket, address);
  if (error < 0) return error;
  wasi.udp_finish_bind(udp.socket, scratch());
  error = outcome(1);
  return error < 0 ? error : udpConnect(udp, 0);
}

/** Has another peer from now on, or with address 0 none. */
export function udpConnect(socket: Udp, address: usize): i32 {
  const udp = changetype<Udp2>(socket);
  dropStreams(udp);
  const error = startUdpStream(udp.socket, address);
  if (error < 0) return error;
  udp.incoming = load<i32>(scratch(), 4);
  udp.outgoing = load<i32>(scratch(), 8);
  awaitIncoming(udp);
  return 0;
}

function awaitIncoming(udp: Udp2): void {
  if (udp.incomingPollable === 0) udp.incomingPollable = wasi.udp_incoming_subscribe(udp.incoming);
  const owner = changetype<usize>(udp) | SOURCE_DATAGRAM;
  listen(udp.incomingPollable, owner, changetype<usize>(udp.places) + offsetof<Places>("input"));
}

function awaitOutgoing(udp: Udp2): void {
  const owner = changetype<usize>(udp) | SOURCE_DATAGRAM | SOURCE_OUTPUT;
  listen(udp.outgoingPollable, owner, changetype<usize>(udp.places) + offsetof<Places>("output"));
}

/** Takes over one datagram, if there is one. */
function take(udp: Udp2): bool {
  if (landing === 0) landing = takeDirty(LANDING_BYTES);
  if (landing === 0) return false;
  landAt(landing, LANDING_BYTES);
  wasi.udp_receive(udp.incoming, 1, scratch());
  landAt(0, 0);
  const error = outcome(4);
  if (error < 0) {
    if (error !== -EAGAIN) refused(udp, -error);
    return false;
  }
  if (load<i32>(scratch(), 8) === 0) return false;
  const record = load<usize>(scratch(), 4);
  const datagram = newDatagram(load<i32>(record, 4));
  if (datagram === null) return false;
  memory.copy(datagram.data, load<usize>(record), datagram.bytes);
  datagram.nameBytes = toSockaddr(record + 8, datagram.name);
  arrived(udp, datagram);
  return true;
}

/** What has come is queued. */
function receiveAll(udp: Udp2): void {
  while (hasDatagramRoom(udp)) if (!take(udp)) return;
  ignore(changetype<usize>(udp.places) + offsetof<Places>("input"));
}

/** Serves a source that is ready. */
export function serveUdp(owner: usize): void {
  const udp = changetype<Udp2>(owner & ~SOURCE_BITS);
  if ((owner & SOURCE_OUTPUT) === 0) {
    if (udp.places.input !== 0) receiveAll(udp);
    return;
  }
  ignore(changetype<usize>(udp.places) + offsetof<Places>("output"));
  udpSendable(udp);
}

export function udpResume(socket: Udp): void {
  const udp = changetype<Udp2>(socket);
  if (hasDatagramRoom(udp) && udp.incoming !== 0) awaitIncoming(udp);
}

/** Sends one datagram, to an address or with 0 to the peer: its bytes, -EAGAIN, or an error. */
export function udpSend(socket: Udp, iov: usize, bytes: i32, address: usize): i32 {
  const udp = changetype<Udp2>(socket);
  let room = permitted(udp);
  if (room === 0) {
    if (udp.outgoingPollable === 0)
      udp.outgoingPollable = wasi.udp_outgoing_subscribe(udp.outgoing);
    nudge(udp.outgoingPollable);
    room = permitted(udp);
  }
  if (room < 0) return room;
  if (room === 0) {
    udp.isFull = true;
    awaitOutgoing(udp);
    return -EAGAIN;
  }
  const copy = takeDirty(max(bytes, 1));
  if (copy === 0) return -EAGAIN;
  gather(iov, 0, copy, bytes);
  const record = scratch() + OUTGOING;
  memory.fill(record, 0, OUTGOING_BYTES);
  store<usize>(record, copy);
  store<i32>(record, bytes, 4);
  if (address !== 0) {
    store<u8>(record, 1, 8);
    fromSockaddr(address, record + 12);
  }
  wasi.udp_send(udp.outgoing, record, 1, scratch());
  give(copy, max(bytes, 1));
  const error = outcome(PERMIT);
  return error < 0 ? error : bytes;
}

function permitted(udp: Udp2): i32 {
  wasi.udp_check_send(udp.outgoing, scratch());
  const error = outcome(PERMIT);
  return error < 0 ? error : <i32>min<u64>(load<u64>(scratch(), PERMIT), i32.MAX_VALUE);
}

export function udpName(socket: Udp, to: usize): i32 {
  wasi.udp_local_address(changetype<Udp2>(socket).socket, scratch());
  const error = outcome(4);
  return error < 0 ? error : toSockaddr(scratch() + 4, to);
}

export function udpClose(socket: Udp): void {
  const udp = changetype<Udp2>(socket);
  dropDatagrams(udp);
  dropStreams(udp);
  wasi.udp_drop(udp.socket);
}

function dropStreams(udp: Udp2): void {
  ignore(changetype<usize>(udp.places) + offsetof<Places>("input"));
  ignore(changetype<usize>(udp.places) + offsetof<Places>("output"));
  if (udp.incomingPollable !== 0) wasi.pollable_drop(udp.incomingPollable);
  if (udp.outgoingPollable !== 0) wasi.pollable_drop(udp.outgoingPollable);
  if (udp.incoming !== 0) wasi.udp_incoming_drop(udp.incoming);
  if (udp.outgoing !== 0) wasi.udp_outgoing_drop(udp.outgoing);
  udp.incomingPollable = udp.outgoingPollable = udp.incoming = udp.outgoing = 0;
}
