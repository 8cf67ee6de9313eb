// `tripoll cc` in the place of a compiler: what it passes on, leaves out, warns of and links.

import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cc, folderWith, needToolchain, newFolder, run } from "../support/cc.ts";
import { ROOT, runGuest } from "../support/guest.ts";

needToolchain();

const TRIPOLL = `${process.execPath} ${join(ROOT, "host/run.js")}`;

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

test("cc: makes a.out where nothing else is said, which runs", async () => {
  const cwd = folderWith({ "hello.c": HELLO });
  assert.equal(cc(["hello.c"], { cwd }), { code: 0, stdout: "", stderr: "" });
  const { stdout, code } = await runGuest({ module: readFileSync(join(cwd, "a.out")) });
  assert.is(stdout, "hello\n");
  assert.is(code, 0);
});

test("cc: answers what configure scripts ask", () => {
  assert.is(cc(["-dumpmachine"]).stdout, "wasm32-unknown-wasi\n");
  assert.match(cc(["--version"]).stdout, "clang version");
  assert.match(cc(["-v"]).stderr, "Target: wasm32-unknown-wasi");
  assert.match(cc(["-print-search-dirs"]).stdout, "libraries:");
  assert.match(cc(["-print-prog-name=ld"]).stdout, "ld");
  assert.match(
    cc(["-E", "-"], { input: "__linux__ __tripoll__ __wasm32__\n" }).stdout,
    "\n1 1 1\n",
  );
  assert.match(cc(["-E", "-x", "c", "-dM", "/dev/null"]).stdout, "#define __wasm__ 1");
});

test("cc: has clang's messages and exit code", () => {
  const cwd = folderWith({ "bad.c": "int main(void) { return nothing; }" });
  const { code, stderr } = cc(["-c", "bad.c"], { cwd });
  assert.is(code, 1);
  assert.match(stderr, "use of undeclared identifier 'nothing'");
  assert.is(cc(["no-such-file.c"], { cwd }).code, 1);
  const undefinedSymbol = folderWith({ "a.c": "int f(void); int main(void) { return f(); }" });
  assert.match(cc(["a.c"], { cwd: undefinedSymbol }).stderr, "undefined symbol: f");
});

test("cc: finds no header of this machine", () => {
  const cwd = folderWith({ "a.c": "#include <linux/version.h>\nint main(void) { return 0; }" });
  assert.match(cc(["a.c"], { cwd }).stderr, "'linux/version.h' file not found");
  const given = cc(["-I/usr/include", "-isystem", "/usr/include", "a.c"], { cwd });
  assert.is(given.code, 1);
  assert.match(given.stderr, "tripoll: cc: -I/usr/include is left out: those headers are this");
  assert.match(given.stderr, "tripoll: cc: -isystem /usr/include is left out");
});

test("cc: leaves out what makes no sense for a guest, and says so where it matters", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  const said = cc(["-pthread", "-m64", "-march=native", "-msse4.2", "hello.c"], { cwd });
  assert.is(said.code, 0);
  assert.equal(said.stderr.split("\n").slice(0, -1), [
    "tripoll: cc: -pthread is left out: a guest has no threads",
    "tripoll: cc: -m64 is left out: a guest is wasm32",
    "tripoll: cc: -march=native is left out: a guest is wasm32",
    "tripoll: cc: -msse4.2 is left out: a guest is wasm32",
  ]);
  const quiet =
    "-fstack-protector-strong -fcf-protection -fstack-clash-protection -fPIE -pie -rdynamic " +
    "-Wl,-z,relro,-z,now,--gc-sections -Wl,-O1,--as-needed,--no-undefined -Wl,--sort-common " +
    "-Wl,-rpath,/x -Wl,-soname=x.so -fuse-ld=gold -D_FORTIFY_SOURCE=2 -g -O2 " +
    "-fPIC -lpthread -lm -lrt -ldl";
  assert.equal(cc([...quiet.split(" "), "hello.c"], { cwd }), { code: 0, stdout: "", stderr: "" });
});

test("cc: warns of a small stack, and gives a large one otherwise", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  for (const words of [["-Wl,-z,stack-size=4096"], ["-z", "stack-size=4096"]]) {
    const { code, stderr } = cc([...words, "hello.c"], { cwd });
    assert.is(code, 0);
    assert.match(stderr, "tripoll: cc: a stack of less than 65536 bytes is soon full");
  }
  assert.is(cc(["-Wl,-z,stack-size=131072", "hello.c"], { cwd }).stderr, "");
});

test("cc: makes nothing but wasm32", () => {
  const { code, stderr } = cc(["--target=x86_64-linux-gnu", "-c", "a.c"]);
  assert.is(code, 2);
  assert.match(stderr, 'cc makes guests, which are wasm32; leave out "--target=x86_64-linux-gnu"');
});

test("cc: says which packages are missing, as docs/C.md does", () => {
  const folder = newFolder();
  symlinkSync(process.execPath, join(folder, "node"));
  const words = "clang lld llvm wasi-libc libclang-rt-dev-wasm32";
  const without = cc(["a.c"], { env: { PATH: folder } });
  assert.is(without.code, 2);
  assert.is(
    without.stderr,
    `tripoll: cc needs clang, which is not installed; on Debian: apt-get install ${words}\n`,
  );
  assert.match(readFileSync(join(ROOT, "docs/C.md"), "utf8"), `\napt-get install ${words}\n`);
  const libc = cc(["a.c"], { env: { WASI_SYSROOT: folder } });
  assert.is(libc.code, 2);
  assert.match(libc.stderr, `cc needs wasi-libc, which is not below "${folder}"`);
});

test("a guest named cc is run as ./cc", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  cc(["hello.c", "-o", "cc"], { cwd });
  const { stdout } = run("sh", ["-c", `${TRIPOLL} ./cc`], { cwd });
  assert.is(stdout, "hello\n");
});

/** Built by plain clang with wasi-libc's own start code: everything goes by WASI. */
test("a guest of wasi-libc alone, without any of ours, runs too", async () => {
  const cwd = folderWith({
    "program.c": `#include <stdio.h>
      #include <stdlib.h>
      #include <time.h>
      #include <unistd.h>
      int main(int argc, char **argv) {
        char line[20];
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        usleep(2000);
        clock_gettime(CLOCK_MONOTONIC, &b);
        long long ns = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
        printf("%d %s %s %d\\n", argc, argv[argc - 1], getenv("A"), ns >= 2000000);
        if (fgets(line, sizeof line, stdin)) printf("%s", line);
        printf("%d %d", fopen("/etc/passwd", "r") == NULL, time(NULL) > 1600000000);
        return 9;
      }`,
  });
  const include = ["-nostdlibinc", "-isystem", "/usr/include/wasm32-wasi"];
  const built = run("clang", ["--target=wasm32-wasi", ...include, "program.c", "-o", "p"], { cwd });
  assert.is(built.code, 0, built.stderr);
  const { code, stdout, stderr } = await runGuest({
    module: readFileSync(join(cwd, "p")),
    args: ["x"],
    options: ["--env", "A=b", "--stdin"],
    stdin: "typed\n",
  });
  assert.is(stderr, "");
  assert.is(stdout, "2 x b 1\ntyped\n1 1");
  assert.is(code, 9);
});

test.run();
