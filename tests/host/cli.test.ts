// The command line, as a user meets it: usage, refusals, exit codes and signals.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { ROOT, runGuest, startGuest } from "../support/guest.ts";
import { HEADER, buildGuest } from "../support/wasm.ts";
import { call, value, watGuest } from "../support/wat.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tripoll-cli-"));
atEnd(() => rmSync(FOLDER, { recursive: true, force: true }));

function file(name: string, content: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, content);
  return path;
}

/** Prints what the import gives it, such as its arguments. */
const printer = (name: string) =>
  watGuest([`${name}/2`, "write/3"], call("write", 1, 1024, value(name, 1024, 4096)));

const ARGS = printer("cmdline");
const ENVIRONMENT = printer("environ");

const READY = '(data (i32.const 16) "ready\\n")';
const SAY_READY = call("write", 1, 16, 6);

const BUSY = {
  waits: watGuest(
    ["write/3", "epoll_create1/1", "epoll_wait/4"],
    `${SAY_READY} ${call("epoll_wait", value("epoll_create1", 0), 1024, 64, -1)} unreachable`,
    READY,
  ),
  computes: watGuest(["write/3"], `${SAY_READY} (loop $l (br $l))`, READY),
};

/** Binds a socket to 127.0.0.1, port 0, and listens; exits with what listen said, as an errno. */
const LISTENER = watGuest(
  ["socket/3", "bind/3", "listen/2", "exit_group/1"],
  `(local.set $fd ${value("socket", 2, 1, 0)})
   (i32.store16 (i32.const 32) (i32.const 2)) (i32.store (i32.const 36) (i32.const 0x0100007f))
   ${call("bind", "(local.get $fd)", 32, 16)}
   ${call("exit_group", `(i32.sub (i32.const 0) ${value("listen", "(local.get $fd)", 5)})`)}`,
);

function tripoll(...argv: string[]) {
  return spawnSync(process.execPath, [join(ROOT, "host/run.js"), ...argv], { encoding: "utf8" });
}

/** Asserts one sentence on stderr, nothing on stdout, exit code 2. */
function assertRefused(argv: string[], message: string | RegExp): void {
  const { status, stdout, stderr } = tripoll(...argv);
  if (typeof message === "string") assert.is(stderr, `tripoll: ${message}\n`);
  else assert.match(stderr, message);
  assert.match(stderr, /^tripoll: [^\n]+\n$/);
  assert.is(stdout, "");
  assert.is(status, 2);
}

test("tripoll --help: goes to stdout and has an example", () => {
  const { status, stdout, stderr } = tripoll("--help");
  assert.is(status, 0);
  assert.is(stderr, "");
  for (const option of ["listen", "connect", "env", "stdin", "trace", "help", "version"]) {
    assert.match(stdout, new RegExp(`^ .*--${option}\\b`, "m"));
  }
  assert.match(stdout, /^ {2}tripoll --listen 127\.0\.0\.1:7000 echo\.wasm 7000$/m);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
});

test("tripoll --version: goes to stdout", () => {
  const { status, stdout } = tripoll("--version");
  assert.is(status, 0);
  assert.match(stdout, /^tripoll \d+\.\d+\.\d+\n$/);
});

test("tripoll: refuses a command line in one sentence", () => {
  assertRefused([], /^tripoll: no WebAssembly file is named/);
  assertRefused(["--lisen"], 'unknown option "--lisen"; did you mean --listen?');
  assertRefused(
    ["--listen", "127.0.0.1", "a.wasm"],
    /^tripoll: --listen: cannot grant "127\.0\.0\.1"/,
  );
});

test("tripoll: refuses a file that cannot be a guest, in one sentence", () => {
  const text = file("text.wasm", "(module)");
  const none = file("none.wasm", "hello");
  const bare = file("bare.wasm", Uint8Array.from(HEADER));
  const stranger = file(
    "stranger.wasm",
    buildGuest({ imports: [["linux", "frobnicate", { results: [0x7f] }]] }),
  );
  const pipe = join(FOLDER, "pipe");
  spawnSync("mkfifo", [pipe]);
  const missing = join(FOLDER, "missing.wasm");
  assertRefused([missing], `"${missing}" does not exist`);
  assertRefused([FOLDER], `"${FOLDER}" is a directory; name a WebAssembly file`);
  assertRefused([pipe], `"${pipe}" is no regular file; name a WebAssembly file`);
  assertRefused(["/dev/zero"], '"/dev/zero" is no regular file; name a WebAssembly file');
  assertRefused([join(none, "x")], `"${none}/x" cannot be read: not a directory`);
  assertRefused(["a".repeat(5000)], /^tripoll: "a{256}"\.\.\. cannot be read: name too long\n$/);
  assertRefused([none], "none.wasm is not WebAssembly");
  assertRefused([text], /^tripoll: text\.wasm looks like WebAssembly text/);
  assertRefused([bare], 'bare.wasm exports no memory named "memory"');
  assertRefused(
    [stranger],
    "stranger.wasm imports linux.frobnicate, which this host does not have",
  );
});

test("tripoll: an addon that cannot be loaded is one sentence, too", () => {
  for (const addon of [join(FOLDER, "missing.node"), file("bad.node", "no addon")]) {
    const argv = [join(ROOT, "host/run.js"), file("args.wasm", ARGS)];
    const { status, stderr } = spawnSync(process.execPath, argv, {
      encoding: "utf8",
      env: { ...process.env, TRIPOLL_ADDON: addon },
    });
    assert.match(
      stderr,
      /^tripoll: the native addon cannot be loaded \(.*\); run npm run build\n$/,
    );
    assert.is(status, 2);
  }
});

/** Runs a copy of the launcher that is not built, after `preload`. */
function launch(preload: string) {
  const host = join(FOLDER, "unbuilt/host");
  mkdirSync(host, { recursive: true });
  for (const name of ["host/run.js", "package.json"]) {
    copyFileSync(join(ROOT, name), join(FOLDER, "unbuilt", name));
  }
  const before = file("preload.cjs", preload);
  return spawnSync(process.execPath, ["--require", before, join(host, "run.js")], {
    encoding: "utf8",
  });
}

test("run.js: says in one sentence why it does not start", () => {
  const define = (name: string, what: string) =>
    `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${what} });`;
  const cases: [string, string][] = [
    ["", "not built; run npm ci && npm run build first"],
    [
      define("platform", '"darwin"'),
      `needs Linux and Node 20 or newer; this is darwin, Node ${process.version}`,
    ],
    [
      define("versions", '{ node: "18.1.0" }'),
      `needs Linux and Node 20 or newer; this is linux, Node ${process.version}`,
    ],
    [
      define("versions", '{ node: "9.0.0" }'),
      `needs Linux and Node 20 or newer; this is linux, Node ${process.version}`,
    ],
  ];
  for (const [preload, message] of cases) {
    const { status, stdout, stderr } = launch(preload);
    assert.is(stderr, `tripoll: ${message}\n`);
    assert.is(stdout, "");
    assert.is(status, 2);
  }
});

test("guest: gets its name and its arguments", async () => {
  const { code, stdout } = await runGuest({ module: ARGS, args: ["7000", "--listen", "", "é"] });
  assert.is(stdout, "guest.wasm\x007000\0--listen\0\0é\0");
  assert.is(code, 0);
});

test("guest: sees the variables that it was given, and no other", async () => {
  const { stdout } = await runGuest({
    module: ENVIRONMENT,
    options: ["--env", "A=1", "--env", "B=x=y"],
    env: { SECRET: "1" },
  });
  assert.is(stdout, "A=1\0B=x=y\0");
  assert.is((await runGuest({ module: ENVIRONMENT, env: { SECRET: "1" } })).stdout, "");
});

test("guest: reads the standard input only if it was given", async () => {
  const read = call("write", 1, 1024, value("read", 0, 1024, 4096));
  const module = watGuest(["read/3", "write/3"], read);
  const stdin = "from the host";
  assert.is((await runGuest({ module, stdin, options: ["--stdin"] })).stdout, stdin);
  assert.is((await runGuest({ module, stdin })).stdout, "");
});

test("guest: its exit status is the exit code", async () => {
  const module = watGuest(["exit_group/1"], call("exit_group", 7));
  assert.equal(await runGuest({ module }), { code: 7, signal: null, stdout: "", stderr: "" });
});

test("guest: a trap is told once and gives exit code 134", async () => {
  const module = watGuest([], "unreachable");
  const { code, stdout, stderr } = await runGuest({ module });
  assert.is(code, 134);
  assert.is(stdout, "");
  assert.is(stderr.match(/crashed/g)?.length, 1);
  for (const line of stderr.trimEnd().split("\n")) assert.match(line, /^tripoll: /);
});

test("guest: what is denied is told with the flag that grants it, which does", async () => {
  const denied = await runGuest({ module: LISTENER });
  assert.is(denied.code, 13);
  const [, flag = "", address = ""] =
    /^tripoll: guest\.wasm may not listen on 127\.0\.0\.1:0; grant it with (--\S+) (\S+)$/m.exec(
      denied.stderr,
    ) ?? [];
  const granted = await runGuest({ module: LISTENER, options: [flag, address] });
  assert.is(granted.code, 0);
  assert.match(granted.stderr, /^tripoll: guest\.wasm listening on 127\.0\.0\.1:\d+\n$/);
});

test("guest: a name with escapes reaches the terminal without them", () => {
  const { stderr } = tripoll(file("\x1b[2J\n.wasm", watGuest([], "unreachable")));
  assert.match(stderr, /^tripoll: \\x1b\[2J\\n\.wasm crashed: /);
  assert.not(stderr.includes("\x1b"));
});

for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  for (const [does, module] of Object.entries(BUSY)) {
    test(`${signal}: ends a guest that ${does} with ${128 + number}`, async () => {
      const guest = startGuest({ module });
      await guest.says(/^ready$/m);
      guest.kill(signal);
      assert.equal(await guest.exited, { code: 128 + number, signal: null });
      assert.is(guest.stderr(), "");
    });
  }
}

test("signals: a second one does no harm", async () => {
  const guest = startGuest({ module: BUSY.waits });
  await guest.says(/^ready$/m);
  guest.kill("SIGINT");
  guest.kill("SIGTERM");
  const { code } = await guest.exited;
  assert.ok(code === 130 || code === 143, `exit code ${code}`);
});

test("--trace: writes each call to stderr", async () => {
  const { stdout, stderr } = await runGuest({
    module: ARGS,
    args: ["x"],
    options: ["--trace"],
  });
  assert.is(stdout, "guest.wasm\0x\0");
  assert.is(
    stderr,
    'cmdline("guest.wasm\\x00x\\x00", 4096) = 13\nwrite(1, "guest.wasm\\x00x\\x00", 13) = 13\n',
  );
});

test("--trace: shows exit_group, which does not return", async () => {
  const { code, stderr } = await runGuest({ module: LISTENER, options: ["--trace"] });
  assert.is(code, 13);
  assert.match(stderr, /^bind\(3, \{127\.0\.0\.1:0\}, 16\) = -1 EACCES$/m);
  assert.match(stderr, /^exit_group\(13\) = \?$/m);
});

test("stderr: a reader that does not read does not hold up the end", async () => {
  const module = file(
    "chatters.wasm",
    watGuest(["getpid/0"], `(loop $l ${call("getpid")} (br $l))`),
  );
  const argv = [join(ROOT, "host/run.js"), "--trace", module];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  atEnd(() => void child.kill("SIGKILL"));
  // In paused mode Node reads a little ahead, then the pipe stays full and the guest blocks.
  await once(child.stderr, "readable");
  child.kill("SIGTERM");
  assert.equal(await once(child, "exit"), [143, null]);
});

test("stderr: nobody there to read is no error", async () => {
  const argv = [join(ROOT, "host/run.js"), file("listener.wasm", LISTENER)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  atEnd(() => void child.kill("SIGKILL"));
  child.stderr.destroy();
  assert.equal(await once(child, "exit"), [13, null]);
});

test.run();
