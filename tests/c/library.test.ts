// The C library: each program of programs/ prints the same as a guest and as a native program.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  cc,
  compileGuest,
  compileNative,
  folderWith,
  needToolchain,
  run,
  runSource,
} from "../support/cc.ts";
import { ROOT, runGuest } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";

needToolchain();

interface Setting {
  args?: string[];
  env?: Record<string, string>;
  input?: string;
  /** What a shell says of its end. */
  code?: number;
}

const source = (name: string): string =>
  readFileSync(join(ROOT, "tests/c/programs", `${name}.c`), "utf8");

/** Runs it on both sides, and compares what they print and how they end. */
async function same(name: string, { args = [], env = {}, input = "", code = 0 }: Setting = {}) {
  const text = source(name);
  const [program, module] = [compileNative(text, ["-w"]), compileGuest(text)];
  const shell = run(
    "env",
    ["-i", ...pairs(env), "sh", "-c", '"$0" "$@"; exit $?', program, ...args],
    {
      input,
    },
  );
  const granted = pairs(env).flatMap((pair) => ["--env", pair]);
  const guest = await runGuest({ module, args, options: ["--stdin", ...granted], stdin: input });
  assert.is(guest.stdout, shell.stdout.replaceAll(/^variable (?:PWD|SHLVL|_|OLDPWD)=.*\n/gm, ""));
  assert.is(guest.code, code, guest.stderr);
  assert.is(shell.code, code);
}

const pairs = (env: Record<string, string>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

interface Member {
  defines: string[];
  wants: string[];
}

/** What the members of wasi-libc and of the C library define for others, and want of them. */
function archives(): Record<"library" | "libc", Map<string, Member>> {
  const cwd = folderWith({ "a.c": "int main(void) { return 0; }" });
  const linked = cc(["-Wl,--trace", "a.c"], { cwd }).stdout.split("\n");
  const members = (pattern: RegExp): Map<string, Member> => {
    const archive = /^(?<path>[^(]+)/.exec(linked.find((line) => pattern.test(line))!)![0];
    const found = new Map<string, Member>();
    for (const line of run("llvm-nm", ["-A", "-g", archive]).stdout.split("\n")) {
      const symbol = /:(?<member>[^:]+): +\w* (?<type>[TDBRVWU]) (?<name>\w+)$/.exec(line)?.groups;
      if (symbol === undefined) continue;
      const { member, type, name } = symbol as { member: string; type: string; name: string };
      if (!found.has(member)) found.set(member, { defines: [], wants: [] });
      found.get(member)![type === "U" ? "wants" : "defines"].push(name);
    }
    assert.ok(found.size > 10, archive);
    return found;
  };
  return { library: members(/libtripoll\.a/), libc: members(/libc\.a/) };
}

test("stdio: goes by the guest's descriptors, and is flushed at the end", () =>
  same("stdio", { input: "3,4\nsome\nlines\n" }));

test("stdout: arrives when it does natively, by every mode of its buffer", async () => {
  for (const mode of ["", "lines", "all", "none", "flush", "letters"])
    await same("buffers", { args: [mode] });
});

test("errno: Linux's numbers and texts, whoever sets it", () => same("errno"));

test("addresses: getaddrinfo, getnameinfo and inet_* say what glibc says", () => same("addresses"));

const noNamespace =
  run("unshare", ["-r", "-m", "true"]).code === 0 ? undefined : "no namespace of one's own here";

test(
  "names: as with the usual /etc/hosts, and of Unix sockets",
  skipIf(noNamespace, async () => {
    const text = source("names");
    const cwd = folderWith({ hosts: "127.0.0.1 localhost\n::1 localhost ip6-localhost\n" });
    const script = `mount --bind hosts /etc/hosts && exec ${compileNative(text, ["-w"])}`;
    const native = run("unshare", ["-r", "-m", "sh", "-c", script], { cwd });
    assert.is(native.code, 0, native.stderr);
    assert.is((await runSource(text)).stdout, native.stdout);
  }),
);

test(
  "the root: one without rights finds it as on Linux, empty and on a disk for reading",
  skipIf(noNamespace, async () => {
    const text = source("root");
    const cwd = folderWith({});
    const script = `mount -t tmpfs -o mode=0111 none . && cd "$PWD" &&
      cp "$0" program && mount -o remount,ro "$PWD" &&
      exec setpriv --bounding-set=-dac_override,-dac_read_search chroot . /program`;
    const program = compileNative(text, ["-w", "-static"]);
    const native = run("unshare", ["-r", "-m", "sh", "-c", script, program], { cwd });
    assert.is(native.code, 0, native.stderr);
    assert.is((await runSource(text)).stdout, native.stdout);
  }),
);

test("older calls on addresses and services: say what glibc says", () => same("old_names"));

test("semaphores: of one thread, woken by a handler or by time", () => same("semaphores"));

test("select, pselect: over ppoll", () => same("select"));

test("signals: handlers, masks, waits and alarms; a fatal one ends it", () =>
  same("signals", { code: 128 + 15 }));

test("signals: System V's, on other stacks, to groups", () => same("signals_old"));

test("process: arguments, environment, times, limits, and exit()", () =>
  same("process", { args: ["-v", "-p", "80", "a", "", "b c"], env: { A: "1" }, code: 300 & 255 }));

test("queue: lists and queues, linked in their elements", () => same("queue"));

test("threads: the one there is has locks, conditions, keys and an end", () => same("threads"));

test("threads: there is no second one, and who waits for one is told", async () => {
  const { code, stdout, stderr } = await runSource(`#include <pthread.h>
    #include <stdio.h>
    #include <string.h>
    static void *run(void *argument) { return argument; }
    int main(void) {
      pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
      pthread_t thread;
      puts(strerror(pthread_create(&thread, NULL, run, NULL)));
      fflush(stdout);
      pthread_mutex_lock(&mutex);
      return pthread_mutex_lock(&mutex);
    }`);
  assert.is(stdout, "Resource temporarily unavailable\n");
  assert.match(stderr, /^pthread_mutex_lock: deadlock: /m);
  assert.is(code, 134);
});

test("mmap: maps, unmaps and moves pages as Linux does, whole and in part", () => same("memory"));

test("sendfile: says what Linux says of what is no file", () => same("sendfile"));

test("setjmp: jumps out of calls and handlers, with the mask that Linux leaves", () =>
  same("jumps"));

test("setjmp: a jump into a call that has returned is a crash that says so", async () => {
  const { code, stderr } = await runSource(`#include <setjmp.h>
    static jmp_buf env;
    __attribute__((noinline)) static int mark(void) { return setjmp(env); }
    int main(void) { mark(); longjmp(env, 1); }`);
  assert.is(code, 134);
  assert.match(stderr, "crashed: it threw an exception that nobody caught\n");
});

test("setjmp: only what calls it has exceptions", () => {
  const sections = (name: string): string => {
    const cwd = folderWith({ "p.wasm": compileGuest(source(name)) });
    return run("llvm-readobj", ["--sections", "p.wasm"], { cwd }).stdout;
  };
  const tags = /Type: (?:EVENT|TAG) /;
  assert.match(sections("jumps"), tags);
  assert.not.match(sections("process"), tags);
});

test("prctl, sysinfo, termios and their kin: say what Linux says to one without privileges", () =>
  same("machine"));

test("error, warn: name the program as it was called", () => same("messages", { code: 9 }));

test("wasi-libc: no function of it brings a second one of ours along, or a call of WASI", () => {
  const { library, libc } = archives();
  const ours = new Set([...library.values()].flatMap(({ defines }) => defines));
  for (const [member, { defines, wants }] of libc) {
    const others = defines.filter((name) => !ours.has(name) && !name.startsWith("_"));
    if (defines.some((name) => ours.has(name))) assert.equal(others, [], member);
    if (wants.some((name) => name.startsWith("__wasi_"))) assert.equal(others, [], member);
  }
});

test("what a guest has not: answers as what is not there", async () => {
  const { stdout, code } = await runSource(source("denied"));
  assert.is(code, 0);
  assert.equal(stdout.trim().split(/ *\n/), [
    "open: -1 No such file or directory",
    "open to create: -1 Read-only file system",
    "open nothing: -1 No such file or directory",
    "fopen to write: -1 Read-only file system",
    "stat: -1 No such file or directory",
    "access: -1 No such file or directory",
    "mkstemp: -1 Read-only file system",
    "opendir: -1 Permission denied",
    "mkdir: -1 Read-only file system",
    "unlink: -1 Permission denied",
    "chdir: -1 No such file or directory",
    "chdir to the root: 0",
    "chroot: -1 Operation not permitted",
    "fork: -1 Function not implemented",
    "daemon: -1 Function not implemented",
    "execl: -1 Function not implemented",
    "system: -1 Function not implemented",
    "popen: -1 Function not implemented",
    "waitpid: -1 No child processes",
    "setuid: -1 Operation not permitted",
    "setuid to oneself: 0",
    "setresgid: -1 Operation not permitted",
    "setgroups: -1 Operation not permitted",
    "kill: -1 No such process",
    "getpwnam: 0",
    "getgrgid: 0",
    "scandir: -1 Permission denied",
    "fdopendir: -1 Not a directory",
    "fdopendir of nothing: -1 Bad file descriptor",
    "preadv: -1 Illegal seek",
    "pwritev: -1 Bad file descriptor",
    "mkdtemp: -1 Read-only file system",
    "mkfifo: -1 Read-only file system",
    "utime: -1 No such file or directory",
    "utimes: -1 No such file or directory",
    "faccessat: -1 No such file or directory",
    "settimeofday: -1 Operation not permitted",
    "mmap: 0",
    "mmap without access: -1 Operation not supported",
    "mmap to read: -1 Operation not supported",
    "mprotect: 0",
    "mprotect to read: -1 Operation not supported",
    "mprotect to execute: -1 Operation not supported",
    "mmap over the stack: -1 Cannot allocate memory",
    "munmap of the stack: 0",
    "more than the quota: -1 Cannot allocate memory",
    "getifaddrs: 0",
    "interfaces: 0 0",
    "dlopen: a guest is one module: link statically",
  ]);
});

test("main: with no, two and three parameters", async () => {
  const none = await runSource("int main(void) { return 7; }");
  assert.is(none.code, 7);
  const two = await runSource("int main(int c, char **v) { return v[c] == 0 ? c : 0; }", {
    args: ["a", "b"],
  });
  assert.is(two.code, 3);
  const three = await runSource(
    "int main(int c, char **v, char **e) { return c + v[0][0] + e[0][0]; }",
    { options: ["--env", "B=1"] },
  );
  assert.is(three.code, 1 + "g".codePointAt(0)! + "B".codePointAt(0)!);
});

const noScript = run("sh", ["-c", "command -v script"]).code === 0 ? undefined : "no script(1)";

test(
  "isatty: a terminal is one, and /dev/null, a pipe and a file are none",
  skipIf(noScript, () => {
    const module = compileGuest(`#include <stdio.h>
      #include <unistd.h>
      int main(void) { return fprintf(stderr, "%d", isatty(1)) == 1 ? 0 : 1; }`);
    const cwd = folderWith({ "p.wasm": module });
    const command = `${process.execPath} ${join(ROOT, "host/run.js")} p.wasm`;
    const said = (line: string): string => {
      const { stdout, stderr } = run("sh", ["-c", line], { cwd });
      return stdout + stderr;
    };
    assert.is(said(`script -qec '${command}' /dev/null`).trim(), "1");
    assert.is(said(`${command} >/dev/null`), "0");
    assert.is(said(`${command} | cat`), "0");
    assert.is(said(`${command} >file`), "0");
  }),
);

test("abort: is a trap that names the functions on the way there", async () => {
  const { code, stderr } = await runSource(`#include <stdlib.h>
    __attribute__((noinline)) static void give_up(void) { abort(); }
    int main(void) { give_up(); return 0; }`);
  assert.is(code, 134);
  assert.match(stderr, /abort[^]*give_up[^]*_start/);
});

test("NULL: is written to unnoticed, and with -fsanitize=null a trap", async () => {
  const text = "int main(void) { int *volatile p = 0; *p = 5; return *p; }";
  assert.is((await runSource(text)).code, 5);
  const { code } = await runGuest({ module: compileGuest(text, ["-fsanitize=null"]) });
  assert.is(code, 134);
});

test("a call through a pointer of another type is a trap that says so", async () => {
  const { code, stderr } = await runSource(`static int add(int a, int b) { return a + b; }
    int main(void) { void *volatile p = (void *)add; ((void (*)(void))p)(); return 0; }`);
  assert.is(code, 134);
  assert.match(stderr, "crashed: null function or function signature mismatch\n");
});

test("a stack overflow is a trap, and reaches no data", async () => {
  const { code } = await runSource(`#include <string.h>
    static int deep(int n) { char a[4096]; memset(a, n, 4096); return n ? deep(n - 1) + a[n] : 0; }
    int main(void) { return deep(1000); }`);
  assert.is(code, 134);
});

test.run();
