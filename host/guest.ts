// A guest's worker thread: makes its imports, instantiates the module and runs it to its end.
// Knows nothing of the command line or of other guests; the supervisor starts it.

import { parentPort, workerData } from "node:worker_threads";
import { SocketAddress, formatIpPort } from "./address.ts";
import { PAGE, binding } from "./binding.ts";
import { REFUSED_STATUS, TRAP_STATUS, type GuestData, type GuestMessage } from "./guest-data.ts";
import { makeImports } from "./imports.ts";
import { Policy } from "./policy.ts";
import { formatUnixName, unixName } from "./unix.ts";

/** How many different addresses are announced; a loop of listen() must not become a flood. */
const ANNOUNCED_MAX = 64;

const SOCK_DGRAM = 2;

const WASI = "wasi_snapshot_preview1";

const { id, module, name, listen, connect, unix, trace, cmdline, environ } =
  workerData as GuestData;

function tell(message: GuestMessage): void {
  parentPort?.postMessage(message);
}

const page = new ArrayBuffer(PAGE.bytes);
const address = new Uint8Array(page, PAGE.addressOffset);
const onDenied = (line: string): void => tell({ log: line });
const policy = new Policy({ name, listen, connect, unix, onDenied });

function decide(verb: number, type: number, addressBytes: number): number {
  return policy.decide(verb, type, address.subarray(0, addressBytes));
}

function formatPlace(type: number, bytes: Uint8Array): string {
  const local = new SocketAddress();
  if (!local.read(bytes)) return `unix:${formatUnixName(unixName(bytes))}`;
  return `${type === SOCK_DGRAM ? "udp:" : ""}${formatIpPort(local.ip, local.port)}`;
}

const announced = new Set<string>();

function announce(type: number, addressBytes: number): void {
  const place = formatPlace(type, address.subarray(0, addressBytes));
  if (announced.has(place) || announced.size >= ANNOUNCED_MAX) return;
  announced.add(place);
  tell({ log: `${name} listening on ${place}` });
}

/** What a quota is called where it is raised; the numbers are `enum quota` of native/guest.h. */
const QUOTA_NAMES = ["descriptors", "watches", "timers"] as const;

function tellExhausted(quota: number, max: number): void {
  const what = QUOTA_NAMES[quota];
  tell({ log: `${name} has all of its ${max} ${what}; raise it with --max-${what}` });
}

/** The guest's exports, once it is instantiated. */
interface Exports {
  memory: WebAssembly.Memory;
  _initialize?: () => void;
  _start: () => void;
  __signal?: (handler: number, signum: number) => void;
}

/** Ends a guest that cannot run here: V8 has to reserve all that its memory may grow to, or the
 * memory would move. */
function refuse(): never {
  tell({ refused: "there is no address space for its memory; lift the limit (ulimit -v)" });
  process.exit(REFUSED_STATUS);
}

function reserve(imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes("memory")) refuse();
    throw error;
  }
}

async function instantiate(): Promise<Exports> {
  // Before it enters: from then on it may be terminated, which leaks the file that is being read.
  const tracing = trace ? await import("./trace.ts") : undefined;
  const asked = WebAssembly.Module.imports(module).filter((entry) => entry.module === WASI);
  const wasi = asked.length > 0 ? await import("./wasi.ts") : undefined;
  const natives = binding.enter(id, page, decide, announce, tellExhausted);
  tell({ entered: true });
  const exit = (status: number): never => process.exit(status);
  let linux = makeImports(natives, new Int32Array(page, 0, 6), exit);
  let memory: WebAssembly.Memory | undefined;
  const encoder = new TextEncoder();
  const write = (line: string): void => binding.log(encoder.encode(`${line}\n`));
  if (tracing !== undefined) {
    const view = (): DataView => new DataView(memory?.buffer ?? new ArrayBuffer(0));
    linux = tracing.traceImports(linux, view, write);
  }
  const buffer = (): ArrayBuffer | undefined => memory?.buffer as ArrayBuffer | undefined;
  const names = asked.map((entry) => entry.name);
  const answers = wasi?.makeWasiImports(names, { linux, buffer, cmdline, environ }) ?? {};
  const imports = { linux, [WASI]: answers };
  const exports = reserve(imports).exports as unknown as Exports;
  memory = exports.memory;
  const handle = exports.__signal;
  const traced = handle && tracing?.traceSignals(handle, write);
  if (!binding.attach(memory, traced ?? handle)) refuse();
  return exports;
}

/** What is thrown and is no Error: WebAssembly's own, as by a longjmp() to where nobody is. */
function nameThrown(thrown: unknown): string {
  const isGuests = thrown instanceof WebAssembly.Exception;
  return isGuests ? "it threw an exception that nobody caught" : String(thrown);
}

try {
  const exports = await instantiate();
  exports._initialize?.();
  exports._start();
  process.exit(0);
} catch (error) {
  const { message, stack = "" } = error instanceof Error ? error : new Error(nameThrown(error));
  tell({ crashed: message, stack });
  process.exit(TRAP_STATUS);
}
