// What docs/C.md says of third-party programs, made from what was found.

import type { Case, Outcome } from "./libevent.ts";
import { REASONS } from "./reasons.ts";

export interface Found {
  /** libevent's cases on epoll. */
  cases: readonly Case[];
  /** Cases that libevent itself leaves out. */
  off: number;
  /** How many passed on each side: cases of groups by backend, small programs, ways of libev. */
  groups: { backend: string; native: number; guest: number }[];
  small: { native: number; guest: number };
  libev: { native: number; guest: number };
  versions: { libevent: string; libev: string };
}

const counts = (outcomes: readonly Outcome[]): string => {
  const number = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  const failed = number("failed");
  const skipped = number("skipped");
  return [
    String(number("passed")),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
};

const row = (...cells: string[]): string => `| ${cells.join(" | ")} |`;

const countsOf = (label: string, cases: readonly Case[]): string =>
  row(label, counts(cases.map(({ native }) => native)), counts(cases.map(({ guest }) => guest)));

const groupOf = ({ name }: Case): string => name.replace(/\/.*/, "");

/** The tables, as they have to stand in the page. */
export function pageTables({ cases, off, groups, small, libev, versions }: Found): string[] {
  const names = [...new Set(cases.map(groupOf))];
  const results = [
    row("tests", "pass natively", "pass as a guest"),
    "|---|---|---|",
    ...names.map((name) =>
      countsOf(
        `libevent ${versions.libevent}: ${name}`,
        cases.filter((one) => groupOf(one) === name),
      ),
    ),
    countsOf("all of these, on epoll", cases),
    ...groups.map(({ backend, native, guest }) =>
      row(`main and signal in one process each, on ${backend}`, String(native), String(guest)),
    ),
    row("its small programs, on each of the three", String(small.native), String(small.guest)),
    row(`libev ${versions.libev}: a driver of our own`, String(libev.native), String(libev.guest)),
  ].join("\n");
  const failing = cases.filter((one) => one.native === "passed" && one.guest !== "passed");
  const reasons = [
    row("cases", "why not as a guest"),
    "|---|---|",
    ...REASONS.map((reason) =>
      row(String(failing.filter(({ name }) => reason.cases.test(name)).length), reason.why),
    ),
  ].join("\n");
  return [results, reasons, `${off} more are off by default`];
}
