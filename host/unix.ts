// Unix-domain addresses: the grants of `--unix`, and the names in the bytes of a sockaddr_un.
// Knows nothing of sockets or verbs.

import { ErrorCodes, GrantError, printable, quote } from "./errors.ts";

const SUN_PATH_OFFSET = 2;
const SUN_PATH_BYTES = 108;
const SLASH = 0x2f;
const DOT = 0x2e;

/** One granted `PATH` or `@NAME`. */
export interface UnixGrant {
  /** The path; or a NUL and the abstract name, as a sockaddr_un has it. */
  readonly bytes: Uint8Array;
  /** Whether a trailing `*` stands for every rest. */
  readonly isPrefix: boolean;
}

/**
 * Reads `PATH` or `@NAME` (an abstract name), each with a trailing `*` that matches the rest.
 * A relative path is one of the host's working directory.
 *
 * @throws GrantError what is wrong with the text.
 */
export function parseUnixGrant(text: string): UnixGrant {
  const isAbstract = text.startsWith("@");
  const isPrefix = text.endsWith("*");
  const name = text.slice(isAbstract ? 1 : 0, isPrefix ? -1 : undefined);
  if (name === "" && !isPrefix) throw unixError(text, "a path or an @NAME is missing");
  if (name.includes("\0")) throw unixError(text, "it has a NUL inside; remove it");
  const bytes = Buffer.from(isAbstract ? `\0${name}` : name);
  if (bytes.length > SUN_PATH_BYTES) {
    throw unixError(text, `no socket has a name of more than ${SUN_PATH_BYTES} bytes`);
  }
  if (isPrefix && !isAbstract && climbs(bytes)) {
    throw unixError(text, "before a * there is no .. in a path; write where it leads");
  }
  return { bytes, isPrefix };
}

function unixError(text: string, why: string): GrantError {
  return new GrantError(ErrorCodes.grantUnix, `cannot grant ${quote(text)}: ${why}`);
}

/** Whether the grant covers a name of `unixName`. */
export function coversUnix({ bytes, isPrefix }: UnixGrant, name: Uint8Array): boolean {
  if (isPrefix ? name.length < bytes.length : name.length !== bytes.length) return false;
  // Without a name the kernel would choose one; and * alone stands for paths.
  if (name.length === 0 || isAbstractName(name) !== isAbstractName(bytes)) return false;
  for (let at = 0; at < bytes.length; at++) if (name[at] !== bytes[at]) return false;
  // What a * stands for must not lead out of the folder before it.
  return !isPrefix || isAbstractName(name) || !climbs(name);
}

/** Whether one of the path's components is `..`. */
function climbs(path: Uint8Array): boolean {
  for (let at = 0; at + 1 < path.length; at++) {
    const begins = at === 0 || path[at - 1] === SLASH;
    const ends = at + 2 === path.length || path[at + 2] === SLASH;
    if (begins && ends && path[at] === DOT && path[at + 1] === DOT) return true;
  }
  return false;
}

function isAbstractName(name: Uint8Array): boolean {
  return name[0] === 0;
}

/** The path or abstract name (which begins with a NUL) in a sockaddr_un, as unix(7) delimits it;
 * empty where it has none. */
export function unixName(sockaddr: Uint8Array): Uint8Array {
  const path = sockaddr.subarray(SUN_PATH_OFFSET, SUN_PATH_OFFSET + SUN_PATH_BYTES);
  const end = path.indexOf(0);
  return end > 0 ? path.subarray(0, end) : path;
}

/** `PATH` or `@NAME`, as a grant is written, fit for a terminal. */
export function formatUnixName(name: Uint8Array): string {
  return isAbstractName(name) ? `@${printable(name.subarray(1))}` : printable(name);
}

/** The grant of that name alone, as it can be pasted into a shell; none where the name, which is a
 * guest's, means something else there, or to `parseUnixGrant`. */
export function grantOfUnixName(name: Uint8Array): string | undefined {
  const text = Buffer.from(name).toString("latin1");
  const isPlain = /^[\0\w./][\w.,:=@%+/-]*$/.test(text) && text !== "\0";
  return isPlain ? text.replace("\0", "@") : undefined;
}
