// `tripoll cc` in the place of a compiler: what it passes on, leaves out, warns of and links.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
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

test("cc: compiles, preprocesses and lists as clang does", () => {
  const cwd = folderWith({
    "a.c": '#include "a.h"\nint main(void) { return A; }\n',
    "a.h": "#define A 5\nint b(void);\n",
    "b.c": "int b(void) { return 1; }\n",
  });
  assert.match(cc(["-E", "-P", "a.c"], { cwd }).stdout, "int main(void) { return 5; }");
  assert.is(cc(["-MM", "a.c"], { cwd }).stdout, "a.o: a.c a.h\n");
  assert.match(cc(["-M", "a.c"], { cwd }).stdout, "a.o: a.c a.h");
  assert.match(cc(["-S", "-o", "-", "b.c"], { cwd }).stdout, "i32.const\t1");
  assert.equal(cc(["-c", "a.c", "b.c"], { cwd }), { code: 0, stdout: "", stderr: "" });
  assert.ok(existsSync(join(cwd, "a.o")) && existsSync(join(cwd, "b.o")));
  assert.match(cc(["-c", "a.c", "b.c", "-o", "c.o"], { cwd }).stderr, "cannot specify -o");
  assert.is(cc(["-c", "-x", "c", "-", "-o", "d.o"], { cwd, input: "int d;\n" }).code, 0);
  assert.match(run("llvm-nm", ["d.o"], { cwd }).stdout, " d\n");
  assert.is(cc(["a.o", "b.o", "-o", "ab"], { cwd }).code, 0);
  assert.is(cc(["-fsyntax-only", "a.c"], { cwd }).stderr, "");
});

test("cc: takes arguments from a file", () => {
  const cwd = folderWith({
    "a.c": "int main(void) { return A; }\n",
    "with blanks.c": "int b(void) { return B[0] == 'q'; }\n",
    words: `-DA=7 '-DB="q"'\n-pthread @more "with\\ blanks.c"`,
    more: `-o\ta.wasm a.c -I/usr/include`,
  });
  const { code, stderr } = cc(["-Wall", "@words"], { cwd });
  assert.is(stderr.split("\n").length, 3, stderr);
  assert.match(stderr, "tripoll: cc: -pthread is left out");
  assert.match(stderr, "tripoll: cc: -I/usr/include is left out");
  assert.is(code, 0);
  assert.ok(existsSync(join(cwd, "a.wasm")));
  assert.match(cc(["@no-such-file"], { cwd }).stderr, "no such file or directory: '@no-such-file'");
});

test("cc: finds no header of this machine, by whatever way", () => {
  const cwd = folderWith({ "a.c": "#include <linux/version.h>\nint main(void) { return 0; }" });
  assert.match(cc(["a.c"], { cwd }).stderr, "'linux/version.h' file not found");
  const ways = [
    ["-I/usr/include"],
    ["-I", "/usr/include/"],
    ["-isystem", "/usr/include"],
    ["-idirafter", "/usr/include"],
    ["-I/usr/include/x86_64-linux-gnu"],
    ["-I/usr/local/include"],
    ["-iquote", "/usr/lib/../include"],
  ];
  for (const words of ways) {
    const { code, stderr } = cc([...words, "a.c"], { cwd });
    assert.is(code, 1);
    const line = `tripoll: cc: ${words.join(" ")} is left out: those headers are this machine's\n`;
    assert.ok(stderr.startsWith(line), stderr);
  }
  for (const name of ["CPATH", "C_INCLUDE_PATH"]) {
    const { code, stderr } = cc(["a.c"], { cwd, env: { [name]: `${cwd}:/usr/include` } });
    assert.is(code, 1);
    assert.ok(stderr.startsWith(`tripoll: cc: /usr/include in ${name} is left out: those headers`));
  }
  mkdirSync(join(cwd, "linux"));
  writeFileSync(join(cwd, "linux/version.h"), "");
  assert.is(cc(["-c", "a.c"], { cwd, env: { CPATH: `/usr/include:${cwd}` } }).code, 0);
});

test("cc: links the user's libraries before wasi-libc's, and none of this machine", async () => {
  const names = ["util", "crypt", "resolv", "rt", "dl"];
  const sum = names.map((name) => `${name}_of_mine()`).join(" + ");
  const declared = names.map((name) => `int ${name}_of_mine(void);`).join(" ");
  const cwd = folderWith({ "a.c": `${declared} int main(void) { return ${sum}; }` });
  for (const name of names) {
    writeFileSync(join(cwd, `${name}.c`), `int ${name}_of_mine(void) { return 3; }`);
    assert.is(cc(["-c", `${name}.c`], { cwd }).code, 0);
    run("llvm-ar", ["rcs", `lib${name}.a`, `${name}.o`], { cwd });
  }
  const host = ["-L/usr/lib/x86_64-linux-gnu", "-L/usr/lib", "-L/lib64", "-L/usr/local/lib"];
  const made = cc([...host, "a.c", "-L.", ...names.map((name) => `-l${name}`)], { cwd });
  const line = (option: string): string =>
    `tripoll: cc: ${option} is left out: those libraries are this machine's\n`;
  assert.equal(made, { code: 0, stdout: "", stderr: host.map(line).join("") });
  const { code } = await runGuest({ module: readFileSync(join(cwd, "a.out")) });
  assert.is(code, 15);
});

test("cc: takes its own library for what it is after -x", async () => {
  const cwd = folderWith({ three: "int main() { return 3; }" });
  for (const file of ["-", "three"]) {
    const made = cc(["-x", "c", file, "-o", "i.wasm"], { cwd, input: "int main() { return 3; }" });
    assert.equal(made, { code: 0, stdout: "", stderr: "" });
    assert.is((await runGuest({ module: readFileSync(join(cwd, "i.wasm")) })).code, 3);
  }
});

test("cc: jumps with -flto, whichever of the files has it", async () => {
  const cwd = folderWith({
    "a.c": `#include <setjmp.h>
      jmp_buf place; void jump(int);
      int main(void) { int n = setjmp(place); if (n < 3) jump(n + 1); return n; }`,
    "b.c": `#include <setjmp.h>
      extern jmp_buf place; void jump(int n) { longjmp(place, n); }`,
  });
  for (const [a, b] of [
    ["-flto", "-flto"],
    ["-flto", "-O1"],
    ["-O1", "-flto"],
  ] as const) {
    assert.is(cc(["-c", a, "a.c"], { cwd }).code, 0);
    assert.is(cc(["-c", b, "b.c"], { cwd }).code, 0);
    assert.equal(cc(["a.o", "b.o"], { cwd }), { code: 0, stdout: "", stderr: "" });
    assert.is((await runGuest({ module: readFileSync(join(cwd, "a.out")) })).code, 3);
  }
});

test("cc: takes a main of the old way, from files and from its input", async () => {
  const main = "int main(argc, argv) int argc; char **argv; { return argc + *argv[1]; }\n";
  const cwd = folderWith({ "a.c": main, "w.c": "int w(void) { return 1; }" });
  const lines = [
    ["a.c", "w.c"],
    ["-flto", "a.c"],
    ["-O2", "-std=c89", "-x", "c", "-"],
  ];
  for (const words of lines) {
    assert.equal(cc(words, { cwd, input: main }), { code: 0, stdout: "", stderr: "" });
    const module = readFileSync(join(cwd, "a.out"));
    assert.is((await runGuest({ module, args: ["A"] })).code, 2 + 65, words.join(" "));
  }
});

test("cc: says that a main of any other form traps", () => {
  const forms = ["void main(void) {}", "void main(int c, char **v) {}", "int main(int c) {}"];
  for (const form of forms) {
    const { code, stderr } = cc(["-w", "-x", "c", "-"], { cwd: newFolder(), input: form });
    assert.is(code, 0);
    assert.match(stderr, "warning: function signature mismatch: ");
    const line = "tripoll: cc: the guest will trap: main is none of int main(void), int main(int,";
    assert.match(stderr, line);
  }
});

test("cc: lets clang say what is unused of the user's options, and of no others", () => {
  const cwd = folderWith({ "s.s": "# nothing\n" });
  assert.equal(cc(["-c", "s.s"], { cwd }), { code: 0, stdout: "", stderr: "" });
  const { stderr } = cc(["-c", "-DX", "s.s"], { cwd });
  assert.is(stderr.split("\n").length, 2, stderr);
  assert.match(stderr, "argument unused during compilation: '-D X'");
});

test("cc: says what a guest without the names of functions lacks", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  for (const option of ["-s", "-Wl,--strip-all", "-Wl,-O1,-s"]) {
    assert.is(
      cc([option, "hello.c"], { cwd }).stderr,
      `tripoll: cc: ${option} leaves out the names of functions, which a trap is told by\n`,
    );
  }
  assert.is(cc(["-Wl,-S", "hello.c"], { cwd }).stderr, "");
});

test("cc: leaves out what makes no sense for a guest, and says so where it matters", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  const said = cc(["-pthread", "hello.c", "-m64", "-march=native", "-msse4.2", "-lpthread"], {
    cwd,
  });
  assert.is(said.code, 0);
  assert.equal(said.stderr.split("\n").slice(0, -1), [
    "tripoll: cc: -pthread is left out: a guest has no threads",
    "tripoll: cc: -m64 is left out: a guest is wasm32",
    "tripoll: cc: -march=native is left out: a guest is wasm32",
    "tripoll: cc: -msse4.2 is left out: a guest is wasm32",
    "tripoll: cc: -lpthread is left out: a guest has no threads",
  ]);
  const quiet =
    "-fstack-protector-strong -fcf-protection -fstack-clash-protection -fPIE -pie -rdynamic " +
    "-Wl,-z,relro,-z,now,--gc-sections -Wl,-O1,--as-needed,--no-undefined -Wl,--sort-common " +
    "-Wl,-rpath,/x -Wl,-soname=x.so -fuse-ld=gold -D_FORTIFY_SOURCE=2 -g -O2 " +
    "-Wl,-Bsymbolic-functions,--dynamic-list=x,-z,defs -Wl,--enable-new-dtags -static-pie " +
    "-Wl,--exclude-libs,ALL -Wl,--version-script,x,-dynamic-linker,/lib/x " +
    "-fPIC -lm -lrt -ldl -lresolv -lutil -lcrypt -lnsl -latomic -lgcc_s -lgcc -lc";
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

test("cc: makes nothing but wasm32, and no shared library", () => {
  const target = cc(["--target=x86_64-linux-gnu", "-c", "a.c"]);
  assert.is(target.code, 1);
  const sentence = 'cc makes guests, which are wasm32; leave out "--target=x86_64-linux-gnu"';
  assert.is(target.stderr, `tripoll: ${sentence}\n`);
  const cwd = folderWith({ "a.c": "int f(void) { return 1; }\n" });
  const shared = cc(["-shared", "-fPIC", "a.c", "-o", "a.so"], { cwd });
  assert.is(shared.code, 1);
  const why = "cc makes no shared library: a guest is one module, so link it statically";
  assert.is(shared.stderr, `tripoll: ${why}\n`);
  assert.is(cc(["-shared", "-fPIC", "-c", "a.c"], { cwd }).code, 0);
});

test("cc: makes traps of what -fsanitize would say, and says so", async () => {
  const cwd = folderWith({
    "a.c": "int main(int c, char **v) { int n = 0x7fffffff; return n + c > 0 && v; }\n",
  });
  const made = cc(["-fsanitize=undefined", "a.c"], { cwd });
  assert.is(made.code, 0);
  const trap = "ends a guest by a trap: there is no runtime to say more";
  assert.is(made.stderr, `tripoll: cc: -fsanitize=undefined ${trap}\n`);
  const { code } = await runGuest({ module: readFileSync(join(cwd, "a.out")) });
  assert.is(code, 134);
  const address = cc(["-fsanitize=address", "a.c"], { cwd });
  assert.is(address.code, 1);
  assert.match(address.stderr, "unsupported option '-fsanitize=address' for target 'wasm32");
});

test("cc: says which packages are missing, as docs/C.md does", () => {
  const folder = newFolder();
  symlinkSync(process.execPath, join(folder, "node"));
  const words = "clang lld llvm wasi-libc libclang-rt-dev-wasm32";
  const without = cc(["a.c"], { env: { PATH: folder } });
  assert.is(without.code, 1);
  assert.is(
    without.stderr,
    `tripoll: cc needs clang, which is not installed; on Debian: apt-get install ${words}\n`,
  );
  assert.match(readFileSync(join(ROOT, "docs/C.md"), "utf8"), `\napt-get install ${words}\n`);
  const libc = cc(["a.c"], { env: { WASI_SYSROOT: folder } });
  assert.is(libc.code, 1);
  assert.match(libc.stderr, `cc needs wasi-libc, which is not below "${folder}"`);
});

test("cc: takes a variable that is empty for unset, and no compiler but clang", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  const unset = cc(["hello.c"], { cwd, env: { WASI_SYSROOT: "", TRIPOLL_CLANG: "" } });
  assert.equal(unset, { code: 0, stdout: "", stderr: "" });
  for (const name of ["gcc", "true"]) {
    const { code, stderr } = cc(["-c", "hello.c"], { cwd, env: { TRIPOLL_CLANG: name } });
    assert.is(code, 1);
    assert.ok(stderr.startsWith(`tripoll: cc needs a clang that knows wasm32, which "${name}" is`));
    assert.is(stderr.split("\n").length, 2, stderr);
  }
  const { stderr } = cc(["hello.c"], { cwd, env: { TRIPOLL_CLANG: "no-such-clang" } });
  assert.match(stderr, "tripoll: cc needs no-such-clang, which is not installed");
});

test("cc: says which package is missing when linking fails", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  const fails = (question: string, answer: string): string => {
    const clang = join(newFolder(), "clang");
    const script = `case "$*" in *${question}) echo ${answer} ;; *-o\\ x*) exit 1 ;;
      *) exec clang "$@" ;; esac`;
    writeFileSync(clang, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { code, stderr } = cc(["hello.c", "-o", "x"], { cwd, env: { TRIPOLL_CLANG: clang } });
    assert.is(code, 1);
    return stderr;
  };
  const words = "on Debian: apt-get install clang lld llvm wasi-libc libclang-rt-dev-wasm32\n";
  assert.is(
    fails("-print-prog-name=wasm-ld", "no-such-wasm-ld"),
    `tripoll: cc needs wasm-ld, which is not installed; ${words}`,
  );
  assert.is(
    fails("-print-libgcc-file-name", "/no/such/builtins.a"),
    `tripoll: cc needs clang's runtime for wasm32, which is not at /no/such/builtins.a; ${words}`,
  );
  assert.is(
    fails("-print-prog-name=llvm-ar", "no-such-llvm-ar"),
    "",
    "the library is there, so that llvm-ar is not needed",
  );
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

test("--sysroot: a relative one is the same folder for the library too", () => {
  const cwd = folderWith({ "hello.c": HELLO });
  const sysroot = relative(cwd, process.env["WASI_SYSROOT"] || "/usr");
  const made = cc([`--sysroot=${sysroot}`, "hello.c"], { cwd });
  assert.equal(made, { code: 0, stdout: "", stderr: "" });
});

test.run();
