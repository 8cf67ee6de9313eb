// Every error the host can raise, by code and family, and how text that is not ours is shown.

/** One code for each thing that can go wrong; `error.code` is stable, the sentence is not. */
export const ErrorCodes = {
  // UsageError: the command line.
  unknownOption: "ERR_UNKNOWN_OPTION",
  optionValue: "ERR_OPTION_VALUE",
  noModule: "ERR_NO_MODULE",
  moduleFile: "ERR_MODULE_FILE",
  // GrantError: what is given to --listen, --connect or --unix.
  grantHost: "ERR_GRANT_HOST",
  grantPort: "ERR_GRANT_PORT",
  grantUnix: "ERR_GRANT_UNIX",
  // StartError: this installation or machine.
  addon: "ERR_ADDON",
  resources: "ERR_RESOURCES",
  toolchain: "ERR_TOOLCHAIN",
  // ModuleError: the bytes that are to become a guest.
  notWasm: "ERR_NOT_WASM",
  invalidWasm: "ERR_INVALID_WASM",
  moduleImport: "ERR_MODULE_IMPORT",
  moduleExport: "ERR_MODULE_EXPORT",
  moduleMemory: "ERR_MODULE_MEMORY",
  moduleHeap: "ERR_MODULE_HEAP",
} as const;

export type ErrorCode = (typeof ErrorCodes)[keyof typeof ErrorCodes];

/** What all families share: the message is one sentence that names the thing and the way out. */
export class TripollError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The command line cannot be followed. */
export class UsageError extends TripollError {}

/** An address to be granted is not written as `[udp:]HOST:PORT`, or as `PATH` or `@NAME`. */
export class GrantError extends TripollError {}

/** Nothing is wrong with the guest, but it cannot be started here. */
export class StartError extends TripollError {}

/** The bytes are no module that could run as a guest. */
export class ModuleError extends TripollError {}

/** How much of a foreign text goes into one message, in characters or bytes. */
export const FOREIGN_TEXT_MAX = 256;

// Controls, escapes, bidirectional marks, lone surrogates, unassigned: all of Unicode's class C.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const NOT_ASCII = /[^ -~]/g;

/** Foreign text in double quotes, safe for a terminal: `"a\x1b[2J\n"`. See `printable`. */
export function quote(text: string | Uint8Array, lengthMax = FOREIGN_TEXT_MAX): string {
  const shown = escapeUnprintable(cut(text, lengthMax).replaceAll(/[\\"]/g, "\\$&"), text);
  return `"${shown}"${text.length > lengthMax ? "..." : ""}`;
}

/**
 * Foreign text made safe for a terminal and for one line: whatever could move the cursor or hide
 * is shown as the `\xNN` of its UTF-8 bytes. Of raw bytes only ASCII is shown as it is.
 */
export function printable(text: string | Uint8Array, lengthMax = FOREIGN_TEXT_MAX): string {
  const shown = escapeUnprintable(cut(text, lengthMax).replaceAll("\\", "\\\\"), text);
  return shown + (text.length > lengthMax ? "..." : "");
}

/** The text's beginning; of bytes a string with one character each. */
function cut(text: string | Uint8Array, lengthMax: number): string {
  if (typeof text === "string") return text.slice(0, lengthMax);
  const length = Math.min(text.length, lengthMax);
  return Buffer.from(text.buffer, text.byteOffset, length).toString("latin1");
}

function escapeUnprintable(shown: string, source: string | Uint8Array): string {
  if (typeof source !== "string") {
    return shown.replaceAll(NOT_ASCII, (character) => escapeByte(character.charCodeAt(0)));
  }
  const escapeUtf8 = (character: string) => Array.from(Buffer.from(character), escapeByte).join("");
  return shown.replaceAll(UNPRINTABLE, escapeUtf8);
}

function escapeByte(byte: number): string {
  if (byte === 0x0a) return "\\n";
  if (byte === 0x0d) return "\\r";
  if (byte === 0x09) return "\\t";
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
