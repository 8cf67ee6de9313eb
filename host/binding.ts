// The native addon as the host sees it: loads it and gives it types. No kernel descriptor crosses.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** One import of a guest: arguments lie in the mailbox, the result replaces the first of them. */
export type NativeImport = () => void;

/** Asked at every call that names an address; a `Verdict` of policy.ts. */
export type Decide = (verb: number, type: number, addressBytes: number) => number;

export interface Binding {
  /** Makes a guest with 0, 1 and 2 open; throws when memory or descriptors are short. `quotas`:
   * struct quotas of native/guest.h. `exiting` is called after exit_group, and where it has run
   * too long without a call: the worker has to be ended then. An owner that may
   * vanish without a word is a worker itself. */
  create(
    quotas: Uint8Array,
    stdinGranted: boolean,
    cmdline: Uint8Array,
    environ: Uint8Array,
    exiting: () => void,
    ownerMayVanish: boolean,
  ): number;
  /** Sends the guest a signal; true where that ends it, the action being the default one. */
  signal(id: number, signum: number): boolean;
  /** Interrupts the guest and answers -EINTR to all it asks from now on. */
  end(id: number): void;
  /** The same for every guest of the process. */
  endAll(): void;
  /** Ends the process in half a second if it still runs then. */
  exitSoon(code: number): void;
  /** Forgets a guest whose worker is gone: the status it gave to exit_group, OVERRAN, or -1. */
  release(id: number): number;

  /** Makes the calling thread the guest's and gives it its imports, by name. */
  enter(
    id: number,
    page: ArrayBuffer,
    decide: Decide,
    listening: (type: number, addressBytes: number) => void,
    exhausted: (quota: number, max: number) => void,
  ): Record<string, NativeImport>;
  /** Takes what the guest exports: its memory, and what calls its signal handlers. False where V8
   * could not reserve the 4 GiB that the memory may reach. */
  attach(memory: WebAssembly.Memory, signal?: (handler: number, signum: number) => void): boolean;
  /** Writes to stderr; blocks the guest's thread alone, and ends with the guest. */
  log(bytes: Uint8Array): void;

  /** Writes what fits without waiting: bytes written, -11 (EAGAIN) for "later", or -errno. */
  tryWrite(fd: number, bytes: Uint8Array): number;
  /** What the addon implements: name and number of arguments. */
  imports: Readonly<Record<string, number>>;
}

/** The guest has run too long without a call. */
export const OVERRAN = -2;

/** Layout of the page that a guest's thread shares with the addon. */
export const PAGE = { addressOffset: 64, bytes: 64 + 128 } as const;

/** Where the addon is; another build of it, one with sanitizers, can be named. Owner and worker
 * have to load the same. */
export const ADDON_VARIABLE = "TRIPOLL_ADDON";
export const addonPath =
  process.env[ADDON_VARIABLE] ?? fileURLToPath(new URL("../tripoll.node", import.meta.url));

export const binding = createRequire(import.meta.url)(addonPath) as Binding;

/** The imports that the addon implements, with their number of arguments. */
export const abiNames: Readonly<Record<string, number>> = binding.imports;
