// The C library as `tripoll cc` builds and keeps it: at first use, by many at once, and anew.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { folderWith, needToolchain, newFolder, run } from "../support/cc.ts";
import { ROOT, runGuest } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";

needToolchain();

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

/** A copy of the built project without the C library, which is kept below it. */
function copyOfTripoll(): string {
  const copy = join(newFolder(), "tripoll");
  for (const folder of ["host", "build/host", "include"]) {
    mkdirSync(join(copy, folder), { recursive: true });
    run("cp", ["-r", `${join(ROOT, folder)}/.`, join(copy, folder)]);
  }
  copyFileSync(join(ROOT, "package.json"), join(copy, "package.json"));
  return copy;
}

/** The first test has its library built. */
const copy = copyOfTripoll();

/** A clang that writes down when it builds the library; "sources of it" is how one knows. */
function countingClang(): { path: string; builds: () => number } {
  const folder = newFolder();
  const [path, list] = [join(folder, "clang"), join(folder, "builds")];
  const script = `case "$*" in *strerror.c*) echo build >>${list} ;; esac; exec clang "$@"`;
  writeFileSync(list, "");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { path, builds: () => readFileSync(list, "utf8").split("\n").length - 1 };
}

const MAKEFILE = `
AR = llvm-ar
all: server.wasm other.wasm
%.wasm: main.o libparts.a
	$(CC) $(LDFLAGS) main.o -L. -lparts -o $@
libparts.a: one.o two.o three.o
	$(AR) rcs $@ one.o two.o three.o
`;

const PARTS = {
  Makefile: MAKEFILE,
  "main.c": "int one(void), two(void), three(void);\nint main(void) { return one() + two(); }\n",
  "one.c": "int one(void) { return 1; }\n",
  "two.c": "#include <errno.h>\nint two(void) { return EAGAIN; }\n",
  "three.c": "int three(void) { return 3; }\n",
};

test(
  "cc: is CC in a makefile with objects and an archive, also with make -j and no library yet",
  skipIf(need("make"), async () => {
    const cache = newFolder();
    const CC = `CC=${process.execPath} ${join(copy, "host/run.js")} cc`;
    const cwd = folderWith(PARTS);
    const clang = countingClang();
    const env = { XDG_CACHE_HOME: cache, TRIPOLL_CLANG: clang.path };
    const made = run("make", ["-j4", CC], { cwd, env });
    assert.is(made.code, 0, made.stderr);
    assert.is(made.stderr, "");
    assert.is(clang.builds(), 1);
    for (const name of ["server", "other"]) {
      const { code } = await runGuest({ module: readFileSync(join(cwd, `${name}.wasm`)) });
      assert.is(code, 12);
    }
    const kept = run("find", [join(copy, "build/cc"), "-mindepth", "1", "-maxdepth", "1"]).stdout;
    assert.is(kept.trim().split("\n").length, 1, kept);
    assert.ok(existsSync(join(kept.trim(), "libtripoll.a")));
  }),
);

test("cc: keeps its library in the user's cache where build/ cannot be written to", () => {
  const [unwritable, cache] = [copyOfTripoll(), newFolder()];
  writeFileSync(join(unwritable, "build/cc"), ""); // no folder, whoever we are
  const cwd = folderWith({ "hello.c": HELLO });
  const args = [join(unwritable, "host/run.js"), "cc", "hello.c"];
  const made = run(process.execPath, args, { cwd, env: { XDG_CACHE_HOME: cache } });
  assert.equal(made, { code: 0, stdout: "", stderr: "" });
  assert.match(run("find", [cache, "-name", "*.a"]).stdout, /tripoll\/\w+\/libtripoll.a\n$/);
});

test("cc: waits for nobody who has died while building the library", () => {
  const [other, cwd] = [copyOfTripoll(), folderWith({ "hello.c": HELLO })];
  const made = (): ReturnType<typeof run> =>
    run(process.execPath, [join(other, "host/run.js"), "cc", "hello.c"], { cwd });
  assert.is(made().code, 0);
  const kept = run("find", [join(other, "build/cc"), "-mindepth", "1"]).stdout.split("\n")[0]!;
  rmSync(kept, { recursive: true });
  const dead = run("sh", ["-c", "echo $$"]).stdout.trim();
  symlinkSync(dead, `${kept}.lock`);
  assert.equal(made(), { code: 0, stdout: "", stderr: "" });
  assert.ok(existsSync(join(kept, "libtripoll.a")));
  assert.not.ok(existsSync(`${kept}.lock`));
});

test("cc: makes the library anew when a source of it has changed", () => {
  const cwd = folderWith({
    "a.c": "int errno_of_today(void); int main(void) { return errno_of_today(); }",
  });
  const args = [join(copy, "host/run.js"), "cc", "a.c"];
  assert.match(run(process.execPath, args, { cwd }).stderr, "undefined symbol: errno_of_today");
  const added = "// A function that only this test has.\nint errno_of_today(void) { return 1; }\n";
  writeFileSync(join(copy, "include/library/today.c"), added);
  assert.is(run(process.execPath, args, { cwd }).code, 0);
});

test.run();
