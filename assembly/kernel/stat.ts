// fstat(2) of what has no file behind it.

import { EBADF, EFAULT } from "../errno";
import {
  Description,
  KIND_INPUT,
  KIND_OUTPUT,
  KIND_PAIR,
  KIND_PIPE,
  KIND_TCP,
  KIND_UDP,
} from "./description";
import { reachable } from "./memory";
import { UID } from "./numbers";
import { lookup } from "./table";

const STAT_BYTES: i32 = 144;
const PAGE_BYTES: i64 = 4096;
const S_IFSOCK: u32 = 0xc000;
const S_IFIFO: u32 = 0x1000;
const S_IFCHR: u32 = 0x2000;
const READ_WRITE: u32 = 0x180;
const ALL: u32 = 0x1ff;

export function fstat(fd: i32, statbuf: usize): i32 {
  const description = lookup(fd);
  if (description === null) return -EBADF;
  if (statbuf === 0 || !reachable(statbuf, STAT_BYTES)) return -EFAULT;
  memory.fill(statbuf, 0, STAT_BYTES);
  store<u64>(statbuf, 1, 16); // st_nlink
  store<u32>(statbuf, modeOf(description), 24);
  store<u32>(statbuf, UID, 28);
  store<u32>(statbuf, UID, 32);
  store<i64>(statbuf, PAGE_BYTES, 56); // st_blksize
  return 0;
}

function modeOf(description: Description): u32 {
  switch (description.kind) {
    case KIND_INPUT:
    case KIND_OUTPUT:
      return S_IFCHR | READ_WRITE;
    case KIND_PIPE:
      return S_IFIFO | READ_WRITE;
    case KIND_TCP:
    case KIND_UDP:
    case KIND_PAIR:
      return S_IFSOCK | ALL;
    default:
      return READ_WRITE;
  }
}
