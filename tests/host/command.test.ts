// The command line's grammar: what is understood, and what is refused in which sentence.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type RunCommand, parseCommand } from "../../host/command.ts";
import { ErrorCodes, UsageError } from "../../host/errors.ts";

function usageErrorOf(...argv: string[]): UsageError {
  try {
    parseCommand(argv);
  } catch (error) {
    assert.instance(error, UsageError);
    return error as UsageError;
  }
  throw new Error(`${argv.join(" ")} was understood`);
}

const NOTHING: RunCommand = {
  does: "run",
  file: "a.wasm",
  args: [],
  listen: [],
  connect: [],
  unix: [],
  env: {},
  stdin: false,
  trace: false,
};

test("parseCommand: grants nothing by itself", () => {
  assert.equal(parseCommand(["a.wasm"]), NOTHING);
});

test("parseCommand: takes every option, repeated and in both forms", () => {
  const grants = "--listen 127.0.0.1:80 --listen=udp:[::1]:53 --connect *:443 --unix @a.*";
  const others = "--env A=1 --env=B=x=y --env A= --stdin --trace --max-watches 7 a.wasm";
  const argv = `${grants} ${others}`.split(" ");
  assert.equal(parseCommand(argv), {
    ...NOTHING,
    listen: ["127.0.0.1:80", "udp:[::1]:53"],
    connect: ["*:443"],
    unix: ["@a.*"],
    watchesMax: 7,
    env: { A: "", B: "x=y" },
    stdin: true,
    trace: true,
  });
});

test("parseCommand: a quota is a number with a unit of its own, in its range", () => {
  const taken: [string, Partial<RunCommand>][] = [
    ["--max-descriptors=3", { descriptorsMax: 3 }],
    ["--max-watches=0", { watchesMax: 0 }],
    ["--max-timers=100", { timersMax: 100 }],
    ["--max-memory=65536", { memoryBytesMax: 65_536 }],
    ["--max-memory=64K", { memoryBytesMax: 65_536 }],
    ["--max-memory=3M", { memoryBytesMax: 3 << 20 }],
    ["--max-memory=4G", { memoryBytesMax: 2 ** 32 }],
    ["--max-run=0", { runMsMax: 0 }],
    ["--max-run=1.5", { runMsMax: 1500 }],
    ["--stop-timeout=0.25", { stopTimeoutMs: 250 }],
  ];
  for (const [option, given] of taken) {
    assert.equal(parseCommand([option, "a.wasm"]), { ...NOTHING, ...given }, option);
  }
  const refused: [string, RegExp][] = [
    ["--max-descriptors=2", /^--max-descriptors: "2" is no number from 3 to 1048576$/],
    ["--max-descriptors=1e3", /"1e3" is no number/],
    ["--max-watches=-1", /"-1" is no number from 0/],
    ["--max-timers=", /"" is no number/],
    ["--max-memory=63K", /"63K" is no number from 65536 to 4294967296$/],
    ["--max-memory=5G", /"5G"/],
    ["--max-memory=1T", /"1T"/],
    ["--max-memory=1 M", /"1 M"/],
    ["--max-run=0.0001", /"0.0001" is no number from 0 to 2147483.647$/],
    ["--stop-timeout=9999999", /^--stop-timeout: "9999999" is no number/],
  ];
  for (const [option, message] of refused) {
    assert.match(usageErrorOf(option, "a.wasm").message, message, option);
  }
});

test("parseCommand: all after the module is the guest's", () => {
  const rest = ["--listen", "--", "-x", "b.wasm", "--help", ""];
  assert.equal(parseCommand(["--trace", "a.wasm", ...rest]), {
    ...NOTHING,
    trace: true,
    args: rest,
  });
  assert.equal(parseCommand(["a.wasm", "--stdin"]), { ...NOTHING, args: ["--stdin"] });
});

test("parseCommand: -- ends the options", () => {
  assert.equal(parseCommand(["--", "a.wasm", "--", "x"]), { ...NOTHING, args: ["--", "x"] });
  assert.equal(parseCommand(["--trace", "--", "--help"]), {
    ...NOTHING,
    trace: true,
    file: "--help",
  });
});

test("parseCommand: help and version need no module, and win over what follows", () => {
  assert.equal(parseCommand(["--help"]), { does: "help" });
  assert.equal(parseCommand(["-h", "--bogus"]), { does: "help" });
  assert.equal(parseCommand(["--trace", "--version", "a.wasm"]), { does: "version" });
  assert.equal(parseCommand(["-v"]), { does: "version" });
});

test("parseCommand: a variable may be called anything", () => {
  const { env } = parseCommand(["--env", "__proto__=x", "a.wasm"]) as RunCommand;
  assert.equal(Object.entries(env), [["__proto__", "x"]]);
  const dashed = parseCommand(["--env=-A=1", "a.wasm"]) as RunCommand;
  assert.equal(dashed.env, { "-A": "1" });
});

test("parseCommand: refuses unknown options and guesses the one that was meant", () => {
  const refused: [string, string][] = [
    ["--lisen", 'unknown option "--lisen"; did you mean --listen?'],
    ["--lsiten=127.0.0.1:80", 'unknown option "--lsiten"; did you mean --listen?'],
    ["--conect", 'unknown option "--conect"; did you mean --connect?'],
    ["--frobnicate", 'unknown option "--frobnicate"; see --help'],
    ["-x", 'unknown option "-x"; see --help'],
    ["--constructor", 'unknown option "--constructor"; see --help'],
    ["--\x1b[2J", 'unknown option "--\\x1b[2J"; see --help'],
  ];
  for (const [option, message] of refused) {
    const error = usageErrorOf(option, "a.wasm");
    assert.is(error.message, message);
    assert.is(error.code, ErrorCodes.unknownOption);
  }
});

test("parseCommand: refuses values that are missing, superfluous or wrong", () => {
  const refused: [string[], string][] = [
    [["--listen"], "--listen needs a value: --listen [udp:]HOST:PORT"],
    [["--listen", "--trace", "a.wasm"], "--listen needs a value: --listen [udp:]HOST:PORT"],
    [["--connect", "--", "a.wasm"], "--connect needs a value: --connect [udp:]HOST:PORT"],
    [["--env"], "--env needs a value: --env NAME=VALUE"],
    [["--env", "A", "a.wasm"], '--env: "A" has no value; write NAME=VALUE'],
    [["--env", "=x", "a.wasm"], '--env: "=x" has no name; write NAME=VALUE'],
    [["--trace=1", "a.wasm"], "--trace takes no value"],
    [["--listen", "", "a.wasm"], '--listen: cannot grant "": it is not HOST:PORT'],
    [
      ["--connect=*:0-70000", "a.wasm"],
      '--connect: cannot grant "*:0-70000": ports go up to 65535',
    ],
  ];
  for (const [argv, message] of refused) {
    const error = usageErrorOf(...argv);
    assert.is(error.message, message);
    assert.is(error.code, ErrorCodes.optionValue);
  }
});

test("parseCommand: refuses a command line without a module", () => {
  for (const argv of [[], ["--trace"], ["--"], ["--listen", "*:80"]]) {
    const error = usageErrorOf(...argv);
    assert.match(error.message, /^no WebAssembly file is named; usage: tripoll /);
    assert.is(error.code, ErrorCodes.noModule);
  }
});

test.run();
