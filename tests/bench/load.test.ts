// The load generator against servers that misbehave: a bench that counts wrong answers is no bench.
// Also the C and Node rivals, with messages so large that they must wait for room.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile, compileLoad, startServer, withServers } from "../../bench/programs.ts";
import type { LoadResult } from "../../bench/programs.ts";
import { NODE, rivalInC } from "../../bench/rows.ts";
import { atEnd } from "../support/cleanup.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tripoll-load-"));
atEnd(() => rmSync(FOLDER, { recursive: true, force: true }));
const LOAD = await compileLoad(FOLDER);
const QUICK = ["--warmup", "20", "--duration", "100", "--timeout", "10000"];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(args: (string | number)[]) {
  const child = spawn(LOAD, args.map(String), { stdio: "pipe" });
  const cancel = atEnd(() => child.kill("SIGKILL"));
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]): Ended => {
    cancel();
    return { code: code as number | null, ...said };
  });
  return { child, ended };
}

function run(...args: (string | number)[]): Promise<Ended> {
  return start(args).ended;
}

/** A server that gives each connection to `serve`; resolves with its port. */
async function listen(serve: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

/** Runs the load against `serve` and asserts that it ends with exit status 1 and this sentence. */
async function fails(serve: (socket: net.Socket) => void, why: RegExp, ...args: string[]) {
  const { code, stdout, stderr } = await run(...QUICK, ...args, await listen(serve));
  assert.match(stderr, why);
  assert.match(stderr, /^load: .*\n$/);
  assert.is(stdout, "");
  assert.is(code, 1);
}

const echo = (socket: net.Socket): void => void socket.on("data", (data) => socket.write(data));

const load = suite("load");

load("an honest echo: one line of JSON", async () => {
  const port = await listen(echo);
  const { code, stdout, stderr } = await run(...QUICK, "--connections", 7, "--bytes", 100, port);
  assert.is(stderr, "");
  assert.is(code, 0);
  assert.match(stdout, /^\{.*\}\n$/);
  const result = JSON.parse(stdout) as LoadResult;
  assert.is(result.connections, 7);
  assert.is(result.bytes, 100);
  assert.ok(result.requests > 0);
  assert.ok(result.windowNs >= 100e6);
  assert.ok(result.p50Ns > 0);
  assert.ok(result.p50Ns <= result.p99Ns);
  assert.ok(result.p99Ns <= result.maxNs);
  assert.is(result.serverCpuNs, undefined);
});

load("--requests: ends the counted part at that many answers", async () => {
  const port = await listen(echo);
  const args = ["--connections", 1, "--requests", 5, "--duration", 60_000, port];
  const { stdout } = await run("--warmup", 0, ...args);
  assert.is((JSON.parse(stdout) as LoadResult).requests, 5);
});

load("--pid: the server's CPU time is in the line, and why its calls are not", async () => {
  const port = await listen(echo);
  const { stdout } = await run(...QUICK, "--pid", process.pid, port);
  const result = JSON.parse(stdout) as LoadResult;
  assert.ok(result.serverCpuNs! > 0);
  assert.is(result.syscallsSkipped, "not asked for");
});

load("--syscalls: counted, or the reason why not", async () => {
  const port = await listen(echo);
  const server = ["--pid", process.pid, "--syscalls", "--connections", 1];
  const { stdout } = await run(...QUICK, ...server, port);
  const { requests, serverSyscalls = 0, syscallsSkipped = "" } = JSON.parse(stdout) as LoadResult;
  // A read and a write each; the first request counted may have begun before the count did.
  if (syscallsSkipped === "") assert.ok(serverSyscalls >= 2 * (requests - 1));
  else assert.match(syscallsSkipped, /tracepoint|perf_event_open/);
});

load("--pid: of no process is an error", async () => {
  const none = 2 ** 22; // the kernel's numbers end below it
  const { code, stderr } = await run(...QUICK, "--pid", none, await listen(echo));
  assert.is(stderr, `load: process ${none}: No such process\n`);
  assert.is(code, 1);
});

load("refused: says where it could not connect", async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  const { code, stderr } = await run(...QUICK, port);
  assert.is(stderr, `load: connection 0: connect 127.0.0.1:${port}: Connection refused\n`);
  assert.is(code, 1);
});

load("one wrong byte", () =>
  fails(
    (socket) =>
      socket.on("data", (data) => {
        data.writeUInt8(data.readUInt8(100) ^ 1, 100);
        socket.write(data);
      }),
    /message 1 came back with other bytes/,
  ),
);

load("the answer to the message before", () => {
  const serve = (socket: net.Socket) => {
    let first: Buffer | undefined;
    socket.on("data", (data) => socket.write((first ??= Buffer.from(data))));
  };
  return fails(serve, /message 2 came back with other bytes/, "--connections", "1");
});

load("two connections that get each other's answers", () => {
  const sockets: net.Socket[] = [];
  const serve = (socket: net.Socket) => {
    sockets.push(socket);
    socket.on("data", (data) => sockets.find((other) => other !== socket)?.write(data));
  };
  return fails(serve, /other bytes/, "--connections", "2");
});

load("more bytes than were sent", () =>
  fails(
    (socket) => socket.on("data", (data) => socket.write(Buffer.concat([data, data]))),
    /more bytes came back than were sent/,
  ),
);

load("a connection closed in the middle of an answer", () =>
  fails(
    (socket) => socket.on("data", (data) => socket.end(data.subarray(0, 28))),
    /closed by the server, 100 bytes short/,
  ),
);

load("a reset", () =>
  fails((socket) => socket.on("data", () => socket.resetAndDestroy()), /Connection reset by peer/),
);

load("a server that never answers: ends by its own time limit", () =>
  fails(
    (socket) => socket.resume(),
    /3 connections got no answer within 50 ms/,
    "--connections",
    "3",
    "--timeout",
    "50",
  ),
);

load("--idle: holds its connections until stdin ends", async () => {
  let open = 0;
  const port = await listen((socket) => {
    open++;
    echo(socket);
  });
  const { child, ended } = start(["--idle", "--connections", 20, port]);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  assert.is(line.toString(), '{"idle":20}\n');
  assert.is(open, 20);
  assert.is(child.exitCode, null);
  child.stdin.end();
  assert.is((await ended).code, 0);
});

load("--idle: a connection that did not stay is an error", async () => {
  const sockets: net.Socket[] = [];
  const port = await listen((socket) => {
    sockets.push(socket);
    echo(socket);
  });
  const { child, ended } = start(["--idle", "--connections", 3, port]);
  await once(child.stdout, "data");
  sockets[1]!.end();
  await once(sockets[1]!, "finish");
  child.stdin.end();
  const { code, stderr } = await ended;
  assert.match(stderr, /closed by the server/);
  assert.is(code, 1);
});

load("--idle: does not hold for ever", async () => {
  const { ended } = start(["--idle", "--timeout", 50, await listen(echo)]);
  const { code, stderr } = await ended;
  assert.match(stderr, /stdin did not end within 50 ms/);
  assert.is(code, 1);
});

load("wrong usage: exit status 2", async () => {
  const wrong = [[], ["0"], ["x"], ["1", "2"], ["--no"], ["--connections", "0", "1"], ["1x"]];
  for (const args of wrong) {
    const { code, stderr } = await run(...args);
    assert.is(code, 2, args.join(" "));
    assert.ok(stderr.length > 0);
  }
});

load.run();

const rival = suite("rival");

for (const name of ["c", "node"]) {
  rival(`${name}: messages of 1 MiB come back unchanged`, async () => {
    const program = await compile("echo", ["echo.c"], FOLDER);
    await withServers([name === "c" ? rivalInC(program) : NODE], async (servers) => {
      const { port } = servers.get(name)!;
      const { code, stderr } = await run(...QUICK, "--bytes", 1 << 20, "--connections", 5, port);
      assert.is(stderr, "");
      assert.is(code, 0);
    });
  });
}

rival("a server that ends before it is ready is an error with its words", async () => {
  const server = { ...NODE, name: "dud", command: [process.execPath, "-e", "throw 17"] as const };
  const error = await startServer(server).then(
    () => new Error("it was taken for a server"),
    (reason: Error) => reason,
  );
  assert.match(error.message, /^dud ended \(1\) before it was ready: /);
  assert.match(error.message, /17/);
});

rival.run();
