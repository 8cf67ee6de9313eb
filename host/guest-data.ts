// What crosses between the supervisor and a guest's worker thread.

import type { Grant } from "./policy.ts";
import type { UnixGrant } from "./unix.ts";

/** What the supervisor hands to the worker. */
export interface GuestData {
  readonly id: number;
  readonly module: WebAssembly.Module;
  /** Fit for a terminal. */
  readonly name: string;
  readonly listen: readonly Grant[];
  readonly connect: readonly Grant[];
  readonly unix: readonly UnixGrant[];
  readonly trace: boolean;
  /** Arguments and environment, NUL-terminated strings back to back. */
  readonly cmdline: Uint8Array;
  readonly environ: Uint8Array;
}

/** What the worker tells the supervisor. */
export type GuestMessage =
  | { readonly entered: true }
  | { readonly log: string }
  | { readonly refused: string }
  | { readonly crashed: string; readonly stack: string };

/** Exit code of a guest that trapped: 128 + SIGABRT, as a program that aborts has it. */
export const TRAP_STATUS = 134;

/** Exit code of a guest that ran too long: 128 + SIGXCPU. */
export const OVERRUN_STATUS = 152;

/** Exit code of a guest that this machine cannot run. */
export const REFUSED_STATUS = 2;
