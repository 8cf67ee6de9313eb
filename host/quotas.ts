// What a guest may have at most: the quotas, their defaults and their ranges.

import { ErrorCodes, UsageError } from "./errors.ts";

export interface Quotas {
  /** Open descriptors, RLIMIT_NOFILE: EMFILE above. Unless given 16,384, or what the host has
   * left of its own. */
  readonly descriptorsMax: number;
  /** Descriptors in all its epolls: ENOSPC above. Unless given 32,768. */
  readonly watchesMax: number;
  /** Timer descriptors: ENOMEM above. Unless given 4,096. */
  readonly timersMax: number;
  /** Bytes of its memory, in pages of 64 KiB: memory.grow answers -1 above. Unless given
   * 256 MiB. */
  readonly memoryBytesMax: number;
  /** Milliseconds of CPU time without a system call; the guest is ended then. 0 is any. Unless
   * given 10,000. */
  readonly runMsMax: number;
}

const PAGE_BYTES = 65_536;
const STDIO_COUNT = 3;

/** The defaults, and what each can be: from `min` to `max`. */
export const QUOTAS: Record<keyof Quotas, { byDefault: number; min: number; max: number }> = {
  descriptorsMax: { byDefault: 16_384, min: STDIO_COUNT, max: 1_048_576 },
  watchesMax: { byDefault: 32_768, min: 0, max: 16_777_216 },
  timersMax: { byDefault: 4_096, min: 0, max: 1_048_576 },
  memoryBytesMax: { byDefault: 256 * 2 ** 20, min: PAGE_BYTES, max: 2 ** 32 },
  runMsMax: { byDefault: 10_000, min: 0, max: 2 ** 31 - 1 },
};

/** The whole pages that its memory may have. */
export const pagesMax = ({ memoryBytesMax }: Quotas): number =>
  Math.floor(memoryBytesMax / PAGE_BYTES);

/**
 * The quotas that are given, and the defaults of the others.
 *
 * @throws UsageError one that is no whole number in its range.
 */
export function quotasOf(given: Partial<Quotas>): Quotas {
  const quotas = Object.entries(QUOTAS).map(([key, { byDefault, min, max }]) => {
    const value = given[key as keyof Quotas] ?? byDefault;
    if (Number.isInteger(value) && value >= min && value <= max) return [key, value];
    const problem = `${key} is a whole number from ${min} to ${max}, not ${value}`;
    throw new UsageError(ErrorCodes.optionValue, problem);
  });
  return Object.fromEntries(quotas) as Quotas;
}
