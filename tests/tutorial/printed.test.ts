// The programs of the tutorial that need no client: what they print, byte for byte.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { each, type Name } from "./programs.ts";
import { run } from "./sides.ts";

const EDGE_LEVEL = `level-triggered
  epoll_wait = 0
  write 2048 = 2048
  epoll_wait = 1
  read 1024 = 1024
  epoll_wait = 1
  write 1 = 1
  epoll_wait = 1
  read 2048 = 1025
  read 2048 = EAGAIN
  epoll_wait = 0
edge-triggered
  epoll_wait = 0
  write 2048 = 2048
  epoll_wait = 1
  read 1024 = 1024
  epoll_wait = 0
  write 1 = 1
  epoll_wait = 1
  read 2048 = 1025
  read 2048 = EAGAIN
  epoll_wait = 0
`;

const DESCRIPTORS = `timerfd: expired 1 time
eventfd: 1 was added
timerfd: expired 1 time
eventfd: 2 was added
timerfd: expired 1 time
eventfd: 3 was added
signalfd: signal 15
`;

const NESTED = `the urgent one watching the outer one: ELOOP
ready in the outer one: 0
ready in the outer one: 1
ready in the outer one: 2
urgent: fire
ordinary: mail
ordinary: news
nothing is left
`;

const PWAIT = `epoll_wait: 1 signal handled, 0 after all of the timeout
epoll_pwait: 1 signal handled, EINTR at once
waiting for signals
`;

const printed: Partial<Record<Name, string>> = {
  "edge-level": EDGE_LEVEL,
  descriptors: DESCRIPTORS,
  nested: NESTED,
};
for (const [name, stdout] of Object.entries(printed)) {
  each(`${name}: prints what happens, and ends`, async (side) => {
    const output = await run(side, name);
    assert.equal(output, { code: 0, signal: null, stdout, stderr: "" });
  });
}

each("descriptors: Ctrl-C comes by the signalfd", async (side) => {
  const program = side.start("descriptors");
  await program.says(/eventfd: 1 was added\n/);
  program.kill("SIGINT");
  assert.equal(await program.exited, { code: 0, signal: null });
  assert.match(program.stdout(), /^signalfd: signal 2\n$/m);
});

each("pwait: a signal is slept over, then is not; those from outside come too", async (side) => {
  const program = side.start("pwait");
  await program.says(/waiting for signals\n/);
  assert.is(program.stdout(), PWAIT);
  for (let times = 1; times <= 2; times++) {
    program.kill("SIGUSR1");
    await program.says(new RegExp(`(?:SIGUSR1\nwaiting for signals\n){${times}}`));
  }
  program.kill("SIGINT");
  assert.equal(await program.exited, { code: 0, signal: null });
  const twice = "SIGUSR1\nwaiting for signals\n".repeat(2);
  assert.is(program.stdout(), `${PWAIT}${twice}the end\n`);
});

test.run();
