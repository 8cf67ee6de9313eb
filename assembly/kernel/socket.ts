// What the sockets of all families have in common.

import { EBADF, ENOTSOCK } from "../errno";
import { Description, KIND_PAIR, KIND_TCP, KIND_UDP } from "./description";
import { lookup } from "./table";

/** AF_*, SOCK_*, SO_ERROR, and which ways are shut. */
@unmanaged
export class Socket extends Description {
  family: i32;
  type: i32;
  /** SO_ERROR: an errno that the next call is told. */
  error: i32;
  /** Options that are on or off, by their numbers. */
  options: i32;
  isBound: bool;
  /** Nothing more is to come: the peer has ended, or shutdown has. */
  isReceiveShut: bool;
  isSendShut: bool;
}

export function isSocket(description: Description): bool {
  const kind = description.kind;
  return kind === KIND_TCP || kind === KIND_UDP || kind === KIND_PAIR;
}

/** The socket behind a number, or null: `noSocket` says why. */
export function findSocket(fd: i32): Socket | null {
  const description = lookup(fd);
  if (description === null || !isSocket(description)) return null;
  return changetype<Socket>(description);
}

export function noSocket(fd: i32): i32 {
  return lookup(fd) === null ? -EBADF : -ENOTSOCK;
}

/** What SO_ERROR holds, negative, which is told once. */
export function takeError(socket: Socket): i32 {
  const error = socket.error;
  socket.error = 0;
  return -error;
}
