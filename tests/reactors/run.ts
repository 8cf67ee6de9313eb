// `npm run test:reactors -- [--rounds N]`: third-party reactors and servers as guests.
//
// libevent, libev and the proxy pen as Debian has their source, built natively and as guests by
// their own build files: libevent's own tests case by case on both sides, libev by a driver, and
// two servers under load. docs/C.md has the outcome, and is compared with it here.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, machineText } from "../../bench/machine.ts";
import { cleanUp } from "../support/cleanup.ts";
import { ROOT } from "../support/guest.ts";
import { need } from "../support/tools.ts";
import { isSame, runLibev } from "./libev.ts";
import {
  type Case,
  idleReasons,
  isExpected,
  isSameGroup,
  passedOf,
  runCases,
  runGroups,
  runSmall,
  tell,
} from "./libevent.ts";
import {
  loadTable,
  type LoadReport,
  measureLoad,
  type ServerUnderLoad,
  withUpstream,
} from "./load.ts";
import {
  buildAll,
  type Built,
  fetchSources,
  type Recipe,
  type Side,
  Unavailable,
} from "./packages.ts";
import { type Found, pageTables } from "./page.ts";

const { values } = parseArgs({
  options: {
    /** How often each server is measured. */
    rounds: { type: "string", default: "7" },
  },
});

/** zlib is left out, because a machine may have it or not. */
const LIBEVENT: Recipe = {
  name: "libevent",
  configure: ["--disable-openssl", "--disable-samples", "ac_cv_header_zlib_h=no"],
};
const LIBEV: Recipe = { name: "libev", configure: [] };
const PEN: Recipe = { name: "pen", configure: ["--without-ssl", "--without-geoip"] };

type LibeventFound = Omit<Found, "libev" | "versions">;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Counts what was as it has to be, and says what was not. */
class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  check(name: string, holds: boolean, said = ""): void {
    if (holds) {
      this.passed++;
      return;
    }
    this.failed++;
    say(`FAIL ${name}${said === "" ? "" : `\n     ${said.slice(0, 2000)}`}`);
  }

  /** Under CI nothing is missing that can be had. */
  skip(name: string, reason: string): void {
    const isStrict = process.env["CI"] === "true";
    if (isStrict) this.failed++;
    else this.skipped++;
    say(`${isStrict ? "FAIL: skipped" : "skipped"}: ${name}: ${reason}`);
  }

  close(): boolean {
    const skips = this.skipped > 0 ? `, ${this.skipped} skipped` : "";
    say(`${this.passed} passed, ${this.failed} failed${skips}`);
    return this.failed === 0;
  }
}

const expectation = ({ native, guest, said }: Case): string =>
  native === "passed" && guest === "passed"
    ? "passes as a guest, and reasons.ts says that it cannot"
    : `natively ${native}, as a guest ${guest}: ${said}`;

async function testLibevent(built: Built, tally: Tally): Promise<LibeventFound> {
  const smallOnes = await runSmall(built);
  for (const { name, backend, native, guest } of smallOnes) {
    const said = `natively ${tell(native)}\nas a guest ${tell(guest)}`;
    tally.check(`libevent ${name}, ${backend}`, native.code === 0 && guest.code === 0, said);
  }
  const { cases, off } = await runCases(built, say);
  for (const one of cases) tally.check(`libevent ${one.name}`, isExpected(one), expectation(one));
  const idle = idleReasons(cases);
  tally.check("libevent: each reason is that of a case", idle.length === 0, idle.join(", "));
  const groupResults = await runGroups(built, cases);
  for (const result of groupResults) {
    const said = `natively ${tell(result.native)}\nas a guest ${tell(result.guest)}`;
    tally.check(`libevent ${result.name}, ${result.backend}`, isSameGroup(result), said);
  }
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  const groups = [...new Set(groupResults.map(({ backend }) => backend))].map((backend) => {
    const ours = groupResults.filter((result) => result.backend === backend);
    const native = sum(ours.map((result) => passedOf(result.native)));
    return { backend, native, guest: sum(ours.map((result) => passedOf(result.guest))) };
  });
  const succeeded = (side: Side) => smallOnes.filter((one) => one[side].code === 0).length;
  const small = { native: succeeded("native"), guest: succeeded("guest") };
  return { cases, off: off.length, groups, small };
}

async function testLibev(built: Built, tally: Tally): Promise<Found["libev"]> {
  const results = await runLibev(built);
  for (const result of results) {
    const said = `natively ${tell(result.native)}\nas a guest ${tell(result.guest)}`;
    tally.check(`libev, ${result.name}`, isSame(result), said);
  }
  return {
    native: results.filter(({ native }) => native.code === 0).length,
    guest: results.filter(isSame).length,
  };
}

const BYTES = 128;

async function testLoad(built: ReadonlyMap<string, Built>, tally: Tally): Promise<void> {
  const machine = await describeMachine();
  const rounds = Number(values.rounds);
  const http: ServerUnderLoad = {
    name: "libevent's bench_http",
    program: "test/bench_http",
    built: built.get("libevent")!,
    path: "/ind",
    args: (port) => ["-p", String(port), "-l", String(BYTES)],
    grants: (port) => ["--listen", `0.0.0.0:${port}`],
  };
  const pen: ServerUnderLoad = {
    name: "pen",
    program: "pen",
    built: built.get("pen")!,
    path: "/ind",
    args: (port, upstream) => ["-f", "-r", `127.0.0.1:${port}`, `127.0.0.1:${upstream}`],
    grants: (port, upstream) => [
      "--listen",
      `127.0.0.1:${port}`,
      "--connect",
      `127.0.0.1:${upstream}`,
    ],
  };
  const reports: LoadReport[] = [];
  await withUpstream(http, machine.loadCpu, async (upstream) => {
    for (const server of [http, pen]) {
      try {
        reports.push(await measureLoad(server, { upstream, rounds, cpus: machine }));
        tally.check(`${server.name} under load`, true);
      } catch (error) {
        tally.check(`${server.name} under load`, false, String(error));
      }
    }
  });
  say(`\n${machineText(machine)}${loadTable(reports)}`);
  say("ratio: guest to native of the same round, the median [least, greatest]\n");
}

function comparePage(found: Found, tally: Tally): void {
  const page = readFileSync(join(ROOT, "docs/C.md"), "utf8");
  for (const text of pageTables(found)) {
    tally.check("docs/C.md says what was found", page.includes(text), `it should have\n${text}`);
  }
}

async function testAll(tally: Tally): Promise<void> {
  const missing = need(
    "clang",
    "wasm-ld",
    "llvm-ar",
    "wasi-libc",
    "libclang-rt-dev-wasm32",
    "make",
  );
  if (missing !== undefined) return tally.skip("all", missing);
  const recipes = [LIBEVENT, LIBEV, PEN];
  const originals = await fetchSources(recipes.map(({ name }) => name));
  for (const [name, { version }] of originals) say(`source: ${name} ${version}`);
  const built = await buildAll(recipes, originals);
  const versions = { libevent: built.get("libevent")!.version, libev: built.get("libev")!.version };
  const libev = await testLibev(built.get("libev")!, tally);
  const libevent = await testLibevent(built.get("libevent")!, tally);
  comparePage({ ...libevent, libev, versions }, tally);
  const noLoad = need("wrk");
  if (noLoad === undefined) await testLoad(built, tally);
  else tally.skip("servers under load", noLoad);
}

for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(signal, () => process.exit(128 + number));
}

const tally = new Tally();
try {
  await testAll(tally);
} catch (error) {
  if (error instanceof Unavailable) tally.skip("all", error.message);
  else tally.check("the run", false, error instanceof Error ? error.message : String(error));
}
await cleanUp();
process.exitCode = tally.close() ? 0 : 1;
