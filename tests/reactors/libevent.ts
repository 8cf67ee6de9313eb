// libevent's own tests, case by case, natively and as a guest: what passes on each side, and
// whether that is what reasons.ts says.

import { join } from "node:path";
import type { Built, Side } from "./packages.ts";
import { type Ended, inParallel, LAUNCHER, runToEnd } from "./programs.ts";
import { reasonOf, REASONS } from "./reasons.ts";

/** Whatever the reason why a case cannot pass: that it traps is none. */
export type Outcome = "passed" | "failed" | "skipped" | "crashed";

export interface Case {
  name: string;
  native: Outcome;
  guest: Outcome;
  /** What the last run as a guest, or natively, said where it did not pass. */
  said: string;
}

/** What an event loop waits with; the others are switched off, as libevent's test.sh does. */
export const BACKENDS = ["epoll", "poll", "select"] as const;

export type Backend = (typeof BACKENDS)[number];

/** The small programs beside the large one, each of which says by its exit code what it found. */
const SMALL = "init eof closed weof time changelist fdleak dumpevents".split(" ");

// A guest that compiles on both processors delays another's timers, which the cases measure.
const JOBS = 2;
const TRIES_MAX = 6;
const TRAPPED = 134;
const SECONDS_MAX = 90;
/** A case that cannot pass waits for what does not come; 30 s are tinytest's own patience. */
const HOPELESS_SECONDS = 3;

const HOSTS = ["127.0.0.1", "[::1]", "0.0.0.0", "[::]"];
const GRANTS = HOSTS.flatMap((host) => [`${host}:*`, `udp:${host}:*`]).flatMap((address) =>
  /0\.0\.0\.0|\[::\]/.test(address)
    ? ["--listen", address]
    : ["--listen", address, "--connect", address],
);

/** Runs a program of the package's test folder, with only that backend. */
function run(built: Built, side: Side, backend: Backend, words: readonly string[]): Promise<Ended> {
  const [name, ...args] = words;
  const program = join(built[side], "test", name!);
  const off = BACKENDS.filter((other) => other !== backend);
  const env = Object.fromEntries(off.map((other) => [`EVENT_NO${other.toUpperCase()}`, "1"]));
  if (side === "native") return runToEnd({ command: program, args, env, secondsMax: SECONDS_MAX });
  const grants = [...GRANTS, ...Object.keys(env).flatMap((variable) => ["--env", `${variable}=1`])];
  const guest = [LAUNCHER, ...grants, program, ...args];
  return runToEnd({ command: process.execPath, args: guest, secondsMax: SECONDS_MAX });
}

/** Its cases; those that are off by default need names to be looked up, or exact time. */
async function listCases(built: Built, side: Side): Promise<{ on: string[]; off: string[] }> {
  const { stdout } = await run(built, side, "epoll", ["regress", "--list-tests"]);
  const lines = [...stdout.matchAll(/^ {4}(?<name>\S+)(?<note> +\(.*\))?$/gm)];
  const names = (isOff: boolean) =>
    lines.filter(({ groups }) => (groups!["note"] !== undefined) === isOff).map((line) => line[1]!);
  return { on: names(false), off: names(true) };
}

/** The last line of a run in which nothing failed. */
const CLOSING = /^(?<passed>\d+) tests ok\. {2}\((?<skipped>\d+) skipped\)$/m;

function outcomeOf({ code, signal, stdout }: Ended): Outcome {
  const counts = CLOSING.exec(stdout)?.groups;
  if (code === TRAPPED || signal !== null) return "crashed";
  if (code !== 0 || counts === undefined) return "failed";
  return counts["passed"] === "1" ? "passed" : "skipped";
}

const wordsOf = (name: string, side: Side): string[] => {
  if (side === "native") return ["regress", name];
  const patience = reasonOf(name) === undefined ? [] : ["--timeout", String(HOPELESS_SECONDS)];
  return ["regress", "--no-fork", ...patience, name];
};

async function runCase(built: Built, name: string): Promise<Case> {
  const native = await run(built, "native", "epoll", wordsOf(name, "native"));
  const guest = await run(built, "guest", "epoll", wordsOf(name, "guest"));
  const [nativeOutcome, guestOutcome] = [outcomeOf(native), outcomeOf(guest)];
  const said = tell(guestOutcome === "passed" ? native : guest);
  return { name, native: nativeOutcome, guest: guestOutcome, said };
}

/** How it ended, and what it printed, on one line. */
export const tell = ({ code, signal, stdout, stderr }: Ended): string =>
  `${signal ?? code}: ${`${stdout}${stderr}`.trim().replaceAll(/\s+/g, " ")}`;

/** Whether both sides did what is expected of them. */
export const isExpected = ({ name, native, guest }: Case): boolean => {
  if (native === "skipped") return guest === "skipped";
  const isHopeless = reasonOf(name) !== undefined;
  return native === "passed" && guest === (isHopeless ? "failed" : "passed");
};

/**
 * Runs all cases on epoll, one process for each. Many of them measure time to within 50 ms: what is
 * not as expected is run again by itself, and has the outcome of its last run.
 */
export async function runCases(
  built: Built,
  say: (line: string) => void,
): Promise<{ cases: Case[]; off: string[] }> {
  const { on, off } = await listCases(built, "native");
  const asGuest = await listCases(built, "guest");
  if (on.length === 0) throw new Error("libevent's regress lists no cases");
  if (on.join() !== asGuest.on.join()) throw new Error("a guest's regress lists other cases");
  const cases = await inParallel(JOBS, on, (name) => runCase(built, name));
  for (const [i, { name }] of cases.entries()) {
    for (let tries = 1; tries < TRIES_MAX && !isExpected(cases[i]!); tries++) {
      say(`once more: ${name}: ${cases[i]!.said.slice(0, 300)}`);
      cases[i] = await runCase(built, name);
    }
  }
  return { cases, off };
}

/** A group of cases in one process on each side, which says how many passed and were skipped. */
export interface GroupResult {
  name: string;
  backend: Backend;
  native: Ended;
  guest: Ended;
}

/** Those that can share a process. */
const GROUPS = ["main", "signal"];

const closingLine = ({ stdout }: Ended): string => CLOSING.exec(stdout)?.[0] ?? "";

/** How many cases of a group passed on a side; 0 where one failed. */
export const passedOf = ({ stdout }: Ended): number =>
  Number(CLOSING.exec(stdout)?.groups!["passed"] ?? 0);

export const isSameGroup = ({ native, guest }: GroupResult): boolean =>
  native.code === 0 &&
  guest.code === 0 &&
  passedOf(native) > 0 &&
  closingLine(native) === closingLine(guest);

/** Runs groups on the other backends, without the cases that a guest cannot pass. */
export async function runGroups(built: Built, cases: readonly Case[]): Promise<GroupResult[]> {
  const hopeless = cases.map(({ name }) => name).filter((name) => reasonOf(name) !== undefined);
  const without = hopeless.map((name) => `:${name}`);
  const results: GroupResult[] = [];
  for (const backend of BACKENDS.slice(1)) {
    for (const name of GROUPS) {
      const words = ["regress", "--no-fork", `${name}/..`, ...without];
      let result: GroupResult;
      let tries = 0;
      do {
        const native = await run(built, "native", backend, words);
        const guest = await run(built, "guest", backend, words);
        result = { name, backend, native, guest };
      } while (!isSameGroup(result) && ++tries < TRIES_MAX);
      results.push(result);
    }
  }
  return results;
}

/** The reasons that no case of a whole run bears out. */
export const idleReasons = (cases: readonly Case[]): string[] =>
  REASONS.filter((reason) => !cases.some(({ name }) => reason.cases.test(name))).map(
    ({ why }) => why,
  );

/** Runs the small programs on both sides and all backends. */
export function runSmall(built: Built): Promise<GroupResult[]> {
  const all = BACKENDS.flatMap((backend) => SMALL.map((name) => ({ backend, name })));
  return inParallel(JOBS, all, async ({ backend, name }) => {
    const words = [`test-${name}`];
    const native = await run(built, "native", backend, words);
    const guest = await run(built, "guest", backend, words);
    return { name: words[0]!, backend, native, guest };
  });
}
