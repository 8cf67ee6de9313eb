// An attack by somebody outside that was published against other runtimes: descriptors which come
// unasked.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildBoth } from "../contract/contract.ts";
import { atEnd } from "../support/cleanup.ts";
import { Program } from "../support/guest.ts";
import { SIDES, attacks } from "./sides.ts";

const TYPES = { STREAM: 1, DGRAM: 2, SEQPACKET: 5 };
const CTRUNC = "0x8";

const attack = attacks("rights");
const { program } = buildBoth("tests/published", "rights");
const FOLDER = mkdtempSync(join(tmpdir(), "tripoll-published-"));
atEnd(() => rmSync(FOLDER, { recursive: true }));

test("a received SCM_RIGHTS", async () => {
  for (const [name, type] of Object.entries(TYPES)) {
    for (const side of SIDES) {
      const path = join(FOLDER, `${name}-${side}`);
      const peer = new Program(program, ["peer", `${type}`, path]);
      await peer.says(/^waits/m);
      const passed = peer.openDescriptors()[0]!.target; // its standard input
      let come = 0;
      const said = await attack(side, "receive", {
        options: ["--unix", `${path}*`],
        args: [type, path],
        meanwhile: {
          at: /^parked/m,
          does: (running: Program) => {
            const targets = running.openDescriptors().map(({ target }) => target);
            come = targets.filter((target) => target === passed).length;
          },
        },
      });
      peer.kill();
      await peer.exited;
      for (const call of ["read", "readv", "recvfrom", "recvmsg", "recvmmsg"]) {
        assert.is(said[call], "1", `${name}, ${call}`);
      }
      if (side === "kernel") {
        assert.is(said["descriptors that have come"], "10");
        assert.is(come, 10);
        continue;
      }
      assert.is(said["descriptors that have come"], "0");
      assert.is(come, 0);
      const messages = Object.entries(said).filter(([what]) => what.startsWith("flags"));
      assert.is(messages.length, 5);
      for (const [what, flags] of messages) assert.is(flags, `${CTRUNC} 0`, `${name}, ${what}`);
    }
  }
});

test.run();
