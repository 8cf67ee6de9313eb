// The seam between the kernel and the WASI it runs on: nothing above it names a version.

import * as p2 from "./p2";
import * as p2tcp from "./p2-tcp";
import * as p2udp from "./p2-udp";
import { Tcp } from "./tcp";
import { Udp } from "./udp";

/** Nanoseconds of the monotonic clock. */
export function monotonicNow(): u64 {
  return p2.monotonicNow();
}

/** Nanoseconds since 1970. */
export function realtimeNow(): i64 {
  return p2.realtimeNow();
}

/** Waits until something has happened, or until a moment: 0 looks, NEVER waits for ever. */
export function wait(until: u64): void {
  const found = p2.wait(until);
  for (let i = 0; i < found; i++) {
    const owner = p2.readyOwner(i);
    if ((owner & p2.SOURCE_DATAGRAM) === 0) p2tcp.serveTcp(owner);
    else p2udp.serveUdp(owner);
  }
}

export function output(fd: i32, from: usize, bytes: i32): i32 {
  return p2.output(fd, from, bytes);
}

export function input(to: usize, bytes: i32): i32 {
  return p2.input(to, bytes);
}

export function exit(status: i32): void {
  p2.exit(status);
}

export function random(to: usize, bytes: i32): void {
  p2.random(to, bytes);
}

export function args(result: usize): void {
  p2.args(result);
}

export function environment(result: usize): void {
  p2.environment(result);
}

/** The bytes of a Tcp with what the layer below keeps of it. */
export function tcpBytes(): i32 {
  return p2tcp.tcpBytes();
}

/** A new socket: 0, or an error. */
export function tcpOpen(tcp: Tcp): i32 {
  return p2tcp.tcpOpen(tcp);
}

export function tcpBind(tcp: Tcp, address: usize): i32 {
  return p2tcp.tcpBind(tcp, address);
}

export function tcpListen(tcp: Tcp, backlog: i32): i32 {
  return p2tcp.tcpListen(tcp, backlog);
}

/** Begins to connect: -EINPROGRESS, or an error. */
export function tcpConnect(tcp: Tcp, address: usize): i32 {
  return p2tcp.tcpConnect(tcp, address);
}

/** The first of those that wait at a listener becomes `to`. */
export function tcpAccept(listener: Tcp, to: Tcp): void {
  p2tcp.tcpAccept(listener, to);
}

/** The queue is no longer full. */
export function tcpResume(tcp: Tcp): void {
  p2tcp.tcpResume(tcp);
}

/** Takes what there is room for of the bytes behind `skip`; -EAGAIN, -EPIPE. */
export function tcpSend(tcp: Tcp, iov: usize, skip: i32, bytes: i32): i32 {
  return p2tcp.tcpSend(tcp, iov, skip, bytes);
}

export function tcpShutdownSend(tcp: Tcp): void {
  p2tcp.tcpShutdownSend(tcp);
}

/** Stores a sockaddr: its bytes, or an error. */
export function tcpName(tcp: Tcp, isPeer: bool, to: usize): i32 {
  return p2tcp.tcpName(tcp, isPeer, to);
}

export function tcpClose(tcp: Tcp): void {
  p2tcp.tcpClose(tcp);
}

/** The bytes of a Udp with what the layer below keeps of it. */
export function udpBytes(): i32 {
  return p2udp.udpBytes();
}

/** A new socket: 0, or an error. */
export function udpOpen(udp: Udp): i32 {
  return p2udp.udpOpen(udp);
}

/** Binds it, and begins to receive. */
export function udpBind(udp: Udp, address: usize): i32 {
  return p2udp.udpBind(udp, address);
}

/** Has another peer from now on, or with address 0 none. */
export function udpConnect(udp: Udp, address: usize): i32 {
  return p2udp.udpConnect(udp, address);
}

/** The queue is no longer full. */
export function udpResume(udp: Udp): void {
  p2udp.udpResume(udp);
}

/** Sends one datagram, to an address or with 0 to the peer: its bytes, -EAGAIN, or an error. */
export function udpSend(udp: Udp, iov: usize, bytes: i32, address: usize): i32 {
  return p2udp.udpSend(udp, iov, bytes, address);
}

/** Stores its own sockaddr: its bytes, or an error. */
export function udpName(udp: Udp, to: usize): i32 {
  return p2udp.udpName(udp, to);
}

export function udpClose(udp: Udp): void {
  p2udp.udpClose(udp);
}
