// The bench's arithmetic and its report: pure functions, held to values worked out by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import * as stats from "../../bench/stats.ts";
import type { EchoRow, Round } from "../../bench/stats.ts";

const RUN = { rounds: 5, seconds: 1, bytes: 128, idleConnections: 5000 };

function rounds(...cpuUs: number[]): Round[] {
  const same = { requestsPerSecond: 98_765.4, p50Us: 450, p99Us: 1234.5, busy: 0.934 };
  return cpuUs.map((us) => ({ ...same, cpuUs: us }));
}

function echo(server: string, connections: number, ...cpuUs: number[]): EchoRow {
  return { server, connections, rounds: rounds(...cpuUs), syscalls: 2.04 };
}

test("median: of an odd number of values is the middle one, whatever their order", () => {
  assert.is(stats.median([9, 1, 5]), 5);
  assert.is(stats.median([10, 9, 2, 1, 100]), 9); // as numbers, not as text
});

test("median: of an even number of values is halfway between the middle two", () => {
  assert.is(stats.median([4, 1, 3, 2]), 2.5);
});

test("median: leaves the values in their order", () => {
  const values = [3, 1, 2];
  stats.median(values);
  assert.equal(values, [3, 1, 2]);
});

test("median: of nothing is an error, not NaN", () => {
  assert.throws(() => stats.median([]), RangeError);
});

test("quantile: lies between two values where none is in its place", () => {
  assert.is(stats.quantile([40, 10, 20, 30], 0), 10);
  assert.is(stats.quantile([40, 10, 20, 30], 0.25), 17.5);
  assert.is(stats.quantile([40, 10, 20, 30], 1), 40);
});

test("spread: has the median, both ends, and where the middle half lies", () => {
  assert.equal(stats.spread([5, 1, 4]), { median: 4, min: 1, max: 5, quarters: [2.5, 4.5] });
});

test("ratios: are taken round by round, so a slow round does not move them", () => {
  const { median, min, max } = stats.ratios([2, 40, 3], [1, 20, 1]);
  assert.equal([median, min, max], [2, 2, 3]);
});

test("ratios: need both values of every round", () => {
  assert.throws(() => stats.ratios([1, 2], [1]), RangeError);
});

test("differences: are taken round by round", () => {
  const { median, min, max } = stats.differences([10, 30, 25], [1, 20, 20]);
  assert.equal([median, min, max], [9, 5, 10]);
});

test("rotated: everybody is first once in as many rounds", () => {
  const orders = [0, 1, 2, 3].map((round) => stats.rotated(["a", "b", "c"], round).join(""));
  assert.equal(orders, ["abc", "bca", "cab", "abc"]);
  assert.equal(stats.rotated([], 5), []);
});

test("figure: shows three digits that count, and every one before the point", () => {
  const shown = [0, 0.0456, 1.06, 9.876, 12.34, 123.4, 98_765.4, -4.567].map(stats.figure);
  assert.equal(shown, ["0.00", "0.05", "1.06", "9.88", "12.3", "123", "98765", "-4.57"]);
});

test("isHeld: a bound is held when it is met exactly", () => {
  const bound = { name: "", bound: 1.1, unit: "" };
  assert.ok(stats.isHeld({ ...bound, value: stats.spread([1, 1.1, 9]) }));
  assert.not.ok(stats.isHeld({ ...bound, value: stats.spread([1, 1.11, 9]) }));
});

test("boundsOf: compares tripoll with each rival at the same number of connections", () => {
  const rows = [
    echo("tripoll", 50, 6, 6, 6),
    echo("c", 50, 5, 6, 4),
    echo("node", 50, 10, 12, 8),
    echo("tripoll", 500, 8, 8, 8),
    echo("c", 500, 8, 8, 8),
    echo("node", 500, 8, 8, 8),
  ];
  const bounds = stats.boundsOf({ echo: rows });
  assert.equal(
    bounds.map(({ name, value, bound }) => [name, value.median, bound, value.median <= bound]),
    [
      ["CPU a request, 50 connections, tripoll / c", 1.2, 1.1, false],
      ["CPU a request, 50 connections, tripoll / node", 0.6, 0.75, true],
      ["CPU a request, 500 connections, tripoll / c", 1, 1.1, true],
      ["CPU a request, 500 connections, tripoll / node", 1, 0.75, false],
    ],
  );
});

test("boundsOf: a kill and the end of a process are held to it every time", () => {
  const bounds = stats.boundsOf({
    kill: [{ state: "computing", descriptors: 4, ms: stats.spread([5, 6, 50]) }],
    end: [{ way: "exit", guests: "busy", ms: stats.spread([10, 11, 1001]) }],
  });
  assert.equal(
    bounds.map((bound) => [bound.name, bound.bound, stats.isHeld(bound)]),
    [
      ["kill, computing, each", 50, true],
      ["process with busy guests, exit, each", 1000, false],
    ],
  );
});

test("boundsOf: a kill may take 10 us more for each descriptor", () => {
  const kill = [{ state: "connected", descriptors: 9000, ms: stats.spread([140]) }];
  assert.is(stats.boundsOf({ kill })[0]!.bound, 140);
});

test("boundsOf: leaves out what was not measured", () => {
  assert.equal(stats.boundsOf({}), []);
  assert.equal(stats.boundsOf({ echo: [echo("c", 50, 5), echo("node", 50, 9)] }), []);
  assert.is(stats.boundsOf({ echo: [echo("tripoll", 50, 5), echo("c", 50, 5)] }).length, 1);
});

test("boundsOf: crossing, idle memory and start have bounds of their own", () => {
  const one = stats.spread([1]);
  const bounds = stats.boundsOf({
    crossing: {
      tripollNs: one,
      cNs: one,
      cThreadsNs: one,
      pathNs: one,
      differenceNs: stats.spread([61]),
    },
    idle: [
      { server: "node", bytes: stats.spread([3000]) },
      { server: "tripoll", bytes: stats.spread([512]) },
    ],
    start: { tripollMs: one, bareMs: one, differenceMs: stats.spread([149]) },
  });
  assert.equal(bounds.map(stats.isHeld), [false, true, true]);
  assert.equal(
    bounds.map(({ bound, unit }) => `${bound}${unit}`),
    ["60 ns", "512 bytes", "150 ms"],
  );
});

test("table: names to the left, figures to the right, no white space at the end", () => {
  const text = stats.table([
    ["a", "1", ""],
    ["long", "10", ""],
  ]);
  assert.is(text, "  a      1\n  long  10\n");
});

test("reportText: says what is held and what is missed", () => {
  const rows = [echo("tripoll", 50, 6, 6, 6), echo("c", 50, 5, 5, 5), echo("node", 50, 9, 9, 9)];
  const report = stats.reportText({ echo: rows }, RUN);
  assert.match(report, "128 bytes, medians of 5 interleaved rounds of 1 s");
  assert.match(report, /tripoll +98765 +450 +1235 +6\.00 \(6\.00–6\.00\) +2\.04 +93 %/);
  assert.match(report, /tripoll \/ c +1\.20 \(1\.20–1\.20\) +1\.20–1\.20 +1\.1 +MISSED/);
  assert.match(report, /tripoll \/ node +0\.67 \(0\.67–0\.67\) +0\.67–0\.67 +0\.75 +held/);
});

test("reportText: judges no bound by fewer than five rounds", () => {
  const rows = [echo("tripoll", 50, 6), echo("c", 50, 5)];
  const report = stats.reportText({ echo: rows }, { ...RUN, rounds: 4 });
  assert.match(report, "fewer than 5 rounds: no bound is judged");
  assert.not.match(report, "MISSED");
});

test("reportText: names the reason why system calls were not counted, once", () => {
  const why = "no raw_syscalls tracepoint";
  const rows = ["c", "node"].map((server) => ({ ...echo(server, 50, 5), syscalls: why }));
  const report = stats.reportText({ echo: rows }, RUN);
  assert.is(report.split(why).length, 2);
  assert.match(report, /skipped +93 %/);
});

test("reportText: has no tables for rows that were not asked for", () => {
  const ns = stats.spread([240, 250, 280]);
  const differenceNs = stats.spread([38, 40, 51]);
  const crossing = { tripollNs: ns, cNs: ns, cThreadsNs: ns, pathNs: ns, differenceNs };
  const report = stats.reportText({ crossing }, RUN);
  assert.not.match(report, "connection");
  assert.match(report, /crossing.* 40\.0 \(38\.0–51\.0\) ns +39\.0–45\.5 +60 ns +held/);
});

test("parseBatches: gives nanoseconds a call", () => {
  assert.equal(stats.parseBatches("1000 250000\n100 5000\n"), [250, 50]);
});

test("parseBatches: refuses what is no batch", () => {
  for (const text of ["", "1000\n", "1000 x\n", "0 5\n", "1000 -5\n", "1 2\n\n1 2\n"]) {
    assert.throws(() => stats.parseBatches(text), /not a batch/, text);
  }
});

test("privateBytes: adds up what belongs to the process alone", () => {
  const text = `55cf3764c000-7ffc3a44e000 ---p 00000000 00:00 0                          [rollup]
Rss:                1680 kB
Shared_Clean:       1000 kB
Private_Clean:        16 kB
Private_Dirty:       400 kB
Private_Hugetlb:       0 kB
`;
  assert.is(stats.privateBytes(text), 416 * 1024);
});

test("privateBytes: is an error for a process that has gone", () => {
  assert.throws(() => stats.privateBytes(""), /no Private lines/);
});

test("parseCpuList: reads numbers and ranges", () => {
  assert.equal(stats.parseCpuList("0"), [0]);
  assert.equal(stats.parseCpuList("0-3,8,10-11"), [0, 1, 2, 3, 8, 10, 11]);
  assert.throws(() => stats.parseCpuList("0-"), /not a list of CPUs/);
});

test.run();
