// Guests that are killed: what they do meanwhile, and how long it takes until they are gone.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket as Connection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { start, type Guest } from "../../host/index.ts";
import { random } from "./sockaddr.ts";
import { TELL, WAYS, forever, tellTo, waitingGuest } from "./waits.ts";
import { call, value, watGuest } from "./wat.ts";

/** What a state's guest is told: where it says that it is ready, and who never reads. */
interface Ports {
  tell: number;
  silent: number;
}

export interface State {
  /** The module of the guest that is killed as the n-th. */
  module: (ports: Ports, n: number) => Uint8Array;
  /** About how many descriptors it has open. */
  descriptors: number;
  /** The module of a guest that connects to where the other listens, and is killed after it. */
  partner?: (ports: Ports, port: number) => Uint8Array;
}

const FILLED_BYTES = 64 << 20;
/** 9,000, or what this process may have open of both ends. */
const CONNECTIONS = Math.min(9_000, Math.floor((descriptorsMax() - 1_024) / 2));
/** What a guest may have open beyond what its state is about. */
const SPARE_DESCRIPTORS = 64;
const LINGER_SECONDS = 30;
const MSG_DONTWAIT = 0x40;
const FILL = `(memory.fill (i32.const 256) (i32.const 1) (i32.const ${FILLED_BYTES}))`;
const SPIN = "(loop $l (br $l))";
const FD = "(local.get $fd)";

/** RLIMIT_NOFILE, which Node has raised to what is allowed. */
function descriptorsMax(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 1_024);
}

/** Repeats `body` for each connection. */
const often = (body: string): string => `(loop $c ${body}
  (local.set $i (i32.add (local.get $i) (i32.const 1)))
  (br_if $c (i32.lt_u (local.get $i) (i32.const ${CONNECTIONS}))))`;

/** Says that it is ready, then does `body`. */
const toldGuest = (imports: string[], { tell }: Ports, before: string, body: string): Uint8Array =>
  watGuest(["socket/3", "sendto/6", ...imports], `${tellTo(tell)} ${before} ${TELL} ${body}`);

/** 127.0.0.1 and a port, at 208. */
const loopback = (port: number): string => `
  (i32.store16 (i32.const 208) (i32.const 2)) (i32.store (i32.const 212) (i32.const 0x0100007f))
  (i32.store8 (i32.const 210) (i32.const ${port >> 8}))
  (i32.store8 (i32.const 211) (i32.const ${port & 255}))`;

/** A connection whose close waits, with bytes on the way that nobody takes. */
const lingering = (ports: Ports): Uint8Array =>
  toldGuest(
    ["connect/3", "setsockopt/5", "read/3"],
    ports,
    `${loopback(ports.silent)} (local.set $fd ${value("socket", 2, 1, 0)})
     ${call("connect", FD, 208, 16)}
     (i32.store (i32.const 96) (i32.const 1))
     (i32.store (i32.const 100) (i32.const ${LINGER_SECONDS}))
     ${call("setsockopt", FD, 1, 13, 96, 8)}
     (loop $f (br_if $f (i32.ge_s ${value("sendto", FD, 1024, 65536, MSG_DONTWAIT, 0, 0)}
       (i32.const 0))))`,
    forever(call("read", FD, 1024, 64)),
  );

/** Accepts connections and watches them. The listener is at 96, the epoll at 100. */
const accepting = (ports: Ports): Uint8Array =>
  toldGuest(
    ["listen/2", "accept4/4", "epoll_create1/1", "epoll_ctl/4", "epoll_wait/4"],
    ports,
    `(i32.store (i32.const 96) ${value("socket", 2, 1, 0)})
     (i32.store (i32.const 100) ${value("epoll_create1", 0)})
     (i32.store (i32.const 240) (i32.const 1))
     ${call("listen", "(i32.load (i32.const 96))", 4096)}
     ${often(
       call(
         "epoll_ctl",
         "(i32.load (i32.const 100))",
         1,
         value("accept4", "(i32.load (i32.const 96))", 0, 0, 0),
         240,
       ),
     )}`,
    forever(call("epoll_wait", "(i32.load (i32.const 100))", 1024, 64, -1)),
  );

/** The other ends of its connections. */
const connecting = (ports: Ports, port: number): Uint8Array =>
  toldGuest(
    ["connect/3", "rt_sigsuspend/2"],
    ports,
    `${loopback(port)} ${often(call("connect", value("socket", 2, 1, 0), 208, 16))}`,
    forever(call("rt_sigsuspend", 104, 8)),
  );

const BLOCKED = Object.values(WAYS);

export const STATES: Record<string, State> = {
  "blocked in every call": {
    module: ({ tell }, n) => waitingGuest(BLOCKED[n % BLOCKED.length]!, tell),
    descriptors: 6,
  },
  computing: { module: (ports) => toldGuest([], ports, "", SPIN), descriptors: 4 },
  // The first one also makes the kernel find memory, which takes a multiple of the time.
  "in memory.fill of 64 MiB": {
    module: (ports) => toldGuest([], ports, FILL, forever(FILL)),
    descriptors: 4,
  },
  "with a lingering socket": { module: lingering, descriptors: 5 },
  [`with ${CONNECTIONS} connections`]: {
    module: accepting,
    partner: connecting,
    descriptors: CONNECTIONS,
  },
};

/** What guests of these states need around them, and how they are started. */
export class Surroundings {
  readonly told: Socket;
  readonly #silent: Server;
  readonly #accepted: Set<Connection>;

  private constructor(told: Socket, silent: Server, accepted: Set<Connection>) {
    this.told = told;
    this.#silent = silent;
    this.#accepted = accepted;
  }

  static async open(): Promise<Surroundings> {
    const told = createSocket("udp4");
    told.bind(0, "127.0.0.1");
    await once(told, "listening");
    const accepted = new Set<Connection>();
    const silent = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on("error", () => {}); // a reset, when the guest is gone
      accepted.add(socket);
    });
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    return new Surroundings(told, silent, accepted);
  }

  #start(module: Uint8Array, descriptors: number, log?: (line: string) => void): Guest {
    return start({
      module,
      name: "t.wasm",
      listen: ["*:0"],
      connect: ["127.0.0.1:*", "udp:127.0.0.1:*"],
      descriptorsMax: descriptors + SPARE_DESCRIPTORS,
      ...(log === undefined ? {} : { log }),
    });
  }

  get #ports(): Ports {
    const { port } = this.#silent.address() as AddressInfo;
    return { tell: this.told.address().port, silent: port };
  }

  /** A guest that has just been started. */
  begin(state: State, n: number): Guest {
    return this.#start(state.module(this.#ports, n), state.descriptors);
  }

  /** Those that have said that they do now what they are to be killed in. */
  async beginAll({ module, partner, descriptors }: State, n: number): Promise<Guest[]> {
    if (partner === undefined) {
      const guest = this.#start(module(this.#ports, n), descriptors);
      await once(this.told, "message");
      return [guest];
    }
    let guest: Guest | undefined;
    const line = await new Promise<string>((resolve) => {
      guest = this.#start(module(this.#ports, n), descriptors, resolve);
    });
    const port = Number(/\d+$/.exec(line)![0]);
    const other = this.#start(partner(this.#ports, port), descriptors);
    for (let heard = 0; heard < 2; heard++) await once(this.told, "message");
    return [guest!, other];
  }

  async close(): Promise<void> {
    this.told.close();
    for (const socket of this.#accepted) socket.destroy();
    this.#silent.close();
    await once(this.#silent, "close");
  }
}

/** Guests that wait to be ended with their process: those with many connections, or one of every
 * other kind. */
export async function beginMany(connected: boolean): Promise<void> {
  const around = await Surroundings.open();
  for (const state of Object.values(STATES)) {
    if ((state.partner !== undefined) === connected) await around.beginAll(state, 0);
  }
}

/** How long after a guest is ready, and where `early` after its start, it is killed at most. */
const MOMENT_MS_MAX = 20;
const EARLY_MS_MAX = 100;

export interface Killing {
  times: number;
  /** Kills at any moment from its start on, instead of when it is ready. */
  early: boolean;
}

/** Starts and kills guests one after the other, each at a moment of its own.
 *
 * @returns for each the milliseconds until it was gone. */
export async function killOften(state: State, { times, early }: Killing): Promise<number[]> {
  const around = await Surroundings.open();
  const next = random(times);
  const tookMs: number[] = [];
  for (let n = 0; n < times; n++) {
    const guests = early ? [around.begin(state, n)] : await around.beginAll(state, n);
    await delay(next(early ? EARLY_MS_MAX : MOMENT_MS_MAX));
    for (const guest of guests) tookMs.push(await kill(guest));
  }
  await around.close();
  return tookMs;
}

async function kill(guest: Guest): Promise<number> {
  const began = performance.now();
  guest.kill();
  const { code } = await guest.exited;
  if (code !== 128 + 9) throw new Error(`it ended by itself, with ${code}`);
  return performance.now() - began;
}
