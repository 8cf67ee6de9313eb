// The README keeps its word: its server builds as a user would build it and answers, its options
// are those of the host, and what it quotes is what is printed.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "./support/cleanup.ts";
import { ROOT, runGuest, startGuest } from "./support/guest.ts";

const SERVER_LINES_MAX = 12;

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const [, server = ""] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];

/** Compiles a server in a project of its own that depends on tripoll. */
function compile(source: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-readme-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/tripoll"));
  writeFileSync(join(folder, "server.ts"), source);
  const asc = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
  const config = ["--config", "node_modules/tripoll/asconfig.json", "-o", "server.wasm"];
  const files = ["node_modules/tripoll/assembly/malloc.ts", "server.ts"];
  const { status, stderr } = spawnSync(process.execPath, [asc, ...files, ...config], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return readFileSync(join(folder, "server.wasm"));
}

/** Sends a text, and its end, and returns all that comes back. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8").end(text);
  let answer = "";
  socket.on("data", (part: string) => {
    answer += part;
  });
  await once(socket, "close");
  return answer;
}

test("README: its server has few lines, builds, and answers", async () => {
  const lines = server.split("\n").filter((line) => line !== "");
  assert.ok(lines.length > 0 && lines.length <= SERVER_LINES_MAX, server);
  const module = compile(server.replace(":7000", ":0"));
  const options = ["--listen", "127.0.0.1:0"];
  const guest = await startGuest({ module, options }).listening();
  assert.is(await exchange(guest.port, "hello\n"), "hello\n");
});

test("README: quotes what the host says to a server without a grant", async () => {
  const { stderr } = await runGuest({ module: "echo", args: ["0.0.0.0:80"] });
  const [line = ""] = /^tripoll: .*$/m.exec(stderr) ?? [];
  assert.match(line, "may not listen on");
  assert.match(readme, `\n${line}\n`);
});

test("README: lists the options of --help", () => {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, "host/run.js"), "--help"], {
    encoding: "utf8",
  });
  const optionsOf = (text: string) => [...new Set(text.match(/--[a-z]+/g))].toSorted();
  const [, table = ""] = /^\| option .*?\n(?<rows>.*?)\n\n/ms.exec(readme) ?? [];
  assert.equal(optionsOf(table), optionsOf(stdout));
});

test.run();
