// What the bench computes and how it prints: pure functions, numbers in, numbers or text out.
// It must not know how anything was measured.

export interface Spread {
  median: number;
  min: number;
  max: number;
  /** The middle half of the values lies between these. */
  quarters: [number, number];
}

/** One measured round of one server. */
export interface Round {
  requestsPerSecond: number;
  p50Us: number;
  p99Us: number;
  /** The server's CPU time for one request, all its threads. */
  cpuUs: number;
  /** How much of the window the server ran: 1 is a whole core. */
  busy: number;
}

export interface EchoRow {
  connections: number;
  server: string;
  rounds: Round[];
  /** System calls for a request, or why they were not counted. */
  syscalls: number | string;
}

/** Growth of a server's private memory, in bytes for an idle connection. */
export interface IdleRow {
  server: string;
  bytes: Spread;
}

/** One small system call, from the guest, from C, and from C with a second thread asleep. */
export interface CrossingRow {
  tripollNs: Spread;
  cNs: Spread;
  cThreadsNs: Spread;
  /** To the addon and back, without the kernel. */
  pathNs: Spread;
  differenceNs: Spread;
}

/** From spawn to listening, and from spawn to the exit of a Node that does nothing. */
export interface StartRow {
  tripollMs: Spread;
  bareMs: Spread;
  differenceMs: Spread;
}

/** From kill() to the end of a guest that did something meanwhile. */
export interface KillRow {
  state: string;
  descriptors: number;
  ms: Spread;
}

/** From what ends a process to its end, with guests of every kind in it. */
export interface EndRow {
  way: string;
  guests: string;
  ms: Spread;
}

/** What was measured; a row that was not asked for is undefined. */
export interface Results {
  echo?: EchoRow[] | undefined;
  crossing?: CrossingRow | undefined;
  idle?: IdleRow[] | undefined;
  start?: StartRow | undefined;
  kill?: KillRow[] | undefined;
  /** The most descriptors of a killed guest, closed by a C program. */
  closesMs?: number[] | undefined;
  end?: EndRow[] | undefined;
}

export interface Bound {
  name: string;
  value: Spread;
  bound: number;
  unit: string;
  /** Not the median is held to it, but every value. */
  always?: boolean;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `share` of the values lie below it; between two values it is interpolated. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("a quantile of no values is not defined");
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place % 1);
}

export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    quarters: [quantile(values, 0.25), quantile(values, 0.75)],
  };
}

/**
 * Ratios of values of the same round. What slows a whole round (another process, a slower clock)
 * is in both and cancels out, which it would not in a ratio of two medians.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(pairwise(ours, theirs, (a, b) => a / b));
}

/** Differences of values of the same round. */
export function differences(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(pairwise(ours, theirs, (a, b) => a - b));
}

function pairwise(
  ours: readonly number[],
  theirs: readonly number[],
  combine: (a: number, b: number) => number,
): number[] {
  if (ours.length !== theirs.length) throw new RangeError("every round needs both values");
  return ours.map((value, i) => combine(value, theirs[i]!));
}

/** A median of fewer rounds says nothing. */
const JUDGED_ROUNDS_MIN = 5;

/** What the project holds itself to; docs/BENCH.md says why these. */
const BOUNDS = { c: 1.1, node: 0.75, crossingNs: 60, idleBytes: 512, startMs: 150 };
const KILL_BOUNDS = { ms: 50, descriptorMs: 0.01, endMs: 1_000 };

export function boundsOf(results: Results): Bound[] {
  const { echo = [], crossing, idle = [], start } = results;
  const bounds: Bound[] = [];
  const add = (name: string, value: Spread, bound: number, unit = "") =>
    bounds.push({ name, value, bound, unit });
  for (const { connections, rounds } of echo.filter(({ server }) => server === "tripoll")) {
    for (const rival of ["c", "node"] as const) {
      const other = echo.find((row) => row.server === rival && row.connections === connections);
      if (other === undefined) continue;
      const ratio = ratios(rounds.map(cpuUs), other.rounds.map(cpuUs));
      add(`CPU a request, ${connections} connections, tripoll / ${rival}`, ratio, BOUNDS[rival]);
    }
  }
  if (crossing) add("crossing, above C's call", crossing.differenceNs, BOUNDS.crossingNs, " ns");
  const ours = idle.find(({ server }) => server === "tripoll");
  if (ours) add("memory of an idle connection", ours.bytes, BOUNDS.idleBytes, " bytes");
  if (start) add("start, above node -e 0", start.differenceMs, BOUNDS.startMs, " ms");
  return [...bounds, ...boundsOfEnds(results)];
}

function boundsOfEnds({ kill = [], end = [] }: Results): Bound[] {
  const always = { unit: " ms", always: true };
  const kills = kill.map(({ state, descriptors, ms }) => {
    const bound = KILL_BOUNDS.ms + Math.round(descriptors * KILL_BOUNDS.descriptorMs);
    return { name: `kill, ${state}, each`, value: ms, bound, ...always };
  });
  const ends = end.map(({ way, guests, ms }) => {
    return {
      name: `process with ${guests} guests, ${way}, each`,
      value: ms,
      bound: KILL_BOUNDS.endMs,
      ...always,
    };
  });
  return [...kills, ...ends];
}

function cpuUs(round: Round): number {
  return round.cpuUs;
}

export function isHeld({ value, bound, always }: Bound): boolean {
  return (always ? value.max : value.median) <= bound;
}

/** `order` for round r: everybody is first, second, … equally often. */
export function rotated<T>(order: readonly T[], round: number): T[] {
  const from = order.length === 0 ? 0 : round % order.length;
  return [...order.slice(from), ...order.slice(0, from)];
}

/** Three significant digits, but never fewer than all before the point. */
export function figure(value: number): string {
  const before = Math.abs(value) < 1 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return value.toFixed(Math.max(0, 3 - before));
}

export function range({ median: middle, min, max }: Spread): string {
  return `${figure(middle)} (${figure(min)}–${figure(max)})`;
}

/** Columns as wide as their widest cell; the first is left-aligned, the others right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ");
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join("");
}

function echoTable(title: string, rows: readonly EchoRow[]): string {
  const head = [title, "requests/s", "p50 us", "p99 us", "CPU us/request", "calls/request", "busy"];
  const cells = rows.map(({ server, rounds, syscalls }) => {
    const middle = (pick: (round: Round) => number) => figure(median(rounds.map(pick)));
    return [
      server,
      middle((r) => r.requestsPerSecond),
      middle((r) => r.p50Us),
      middle((r) => r.p99Us),
      range(spread(rounds.map(cpuUs))),
      typeof syscalls === "number" ? figure(syscalls) : "skipped",
      `${Math.round(100 * median(rounds.map((r) => r.busy)))} %`,
    ];
  });
  return table([head, ...cells]);
}

function boundTable(bounds: readonly Bound[]): string {
  const head = ["bounds", "median (min–max)", "middle half", "bound", ""];
  const cells = bounds.map((bound) => [
    bound.name,
    `${range(bound.value)}${bound.unit}`,
    bound.value.quarters.map(figure).join("–"),
    `${bound.bound}${bound.unit}`,
    isHeld(bound) ? "held" : "MISSED",
  ]);
  return table([head, ...cells]);
}

function otherTable(
  { crossing, idle = [], start, closesMs }: Results,
  idleConnections: number,
): string {
  const rows = idle.map(({ server, bytes }) => [
    `idle connection, ${server}, one of ${idleConnections}`,
    `${range(bytes)} bytes`,
  ]);
  if (crossing) {
    rows.push(["8 bytes to an eventfd, tripoll", `${range(crossing.tripollNs)} ns`]);
    rows.push(["8 bytes to an eventfd, c", `${range(crossing.cNs)} ns`]);
    rows.push(["8 bytes to an eventfd, c, two threads", `${range(crossing.cThreadsNs)} ns`]);
    rows.push(["8 bytes to a closed number, tripoll", `${range(crossing.pathNs)} ns`]);
  }
  if (start) {
    rows.push(["spawn to listening, tripoll", `${range(start.tripollMs)} ms`]);
    rows.push(["spawn to exit, node -e 0", `${range(start.bareMs)} ms`]);
  }
  if (closesMs)
    rows.push(["closing as many as the largest killed, c", `${range(spread(closesMs))} ms`]);
  return rows.length === 0 ? "" : table([["other rows", "median (min–max)"], ...rows]);
}

/** The whole report below the lines about the machine. */
export function reportText(
  results: Results,
  run: { rounds: number; seconds: number; bytes: number; idleConnections: number },
): string {
  const echo = results.echo ?? [];
  const parts = [...new Set(echo.map((row) => row.connections))].map((connections) => {
    const rows = echo.filter((row) => row.connections === connections);
    return echoTable(`${connections} connections`, rows);
  });
  if (echo.length > 0) {
    const rounds = `${run.rounds} interleaved rounds of ${run.seconds} s`;
    parts.unshift(`echo      ${run.bytes} bytes, medians of ${rounds}\n`);
  }
  const skipped = new Set(
    echo.map((row) => row.syscalls).filter((calls) => typeof calls === "string"),
  );
  for (const why of skipped) parts.push(`system calls not counted: ${why}\n`);
  parts.push(otherTable(results, run.idleConnections));
  const bounds = boundsOf(results);
  const isJudged = run.rounds >= JUDGED_ROUNDS_MIN;
  if (bounds.length > 0 && isJudged) parts.push(boundTable(bounds));
  if (!isJudged) parts.push(`fewer than ${JUDGED_ROUNDS_MIN} rounds: no bound is judged\n`);
  return parts.filter((part) => part !== "").join("\n");
}

/** The batches of a crossing program, `CALLS NANOSECONDS` a line, as nanoseconds a call. */
export function parseBatches(output: string): number[] {
  return output
    .trimEnd()
    .split("\n")
    .map((line) => {
      const match = /^(\d+) (\d+)$/.exec(line);
      if (match === null || Number(match[1]) === 0) throw new Error(`not a batch: "${line}"`);
      return Number(match[2]) / Number(match[1]);
    });
}

/** Bytes of /proc/PID/smaps_rollup that belong to this process alone. */
export function privateBytes(smapsRollup: string): number {
  const sizes = [...smapsRollup.matchAll(/^Private_\w+: +(\d+) kB$/gm)];
  if (sizes.length === 0) throw new Error("smaps_rollup has no Private lines");
  return sizes.reduce((sum, match) => sum + Number(match[1]) * 1024, 0);
}

/** `Cpus_allowed_list` of /proc/self/status, such as `0-3,8`, as numbers. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (match === null) throw new Error(`not a list of CPUs: "${list}"`);
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
