// The programs of the tutorial that need no client: what they print, byte for byte.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runGuest, startGuest } from "../support/guest.ts";

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

const printed = { "edge-level": EDGE_LEVEL, descriptors: DESCRIPTORS, nested: NESTED };
for (const [name, stdout] of Object.entries(printed)) {
  test(`${name}: prints what happens, and ends`, async () => {
    const output = await runGuest({ module: `tutorial/${name}` });
    assert.equal(output, { code: 0, signal: null, stdout, stderr: "" });
  });
}

test("descriptors: Ctrl-C comes by the signalfd", async () => {
  const guest = startGuest({ module: "tutorial/descriptors" });
  await guest.says(/eventfd: 1 was added\n/);
  guest.kill("SIGINT");
  assert.equal(await guest.exited, { code: 0, signal: null });
  assert.match(guest.stdout(), /^signalfd: signal 2\n$/m);
});

test("pwait: a signal is slept over, then is not; those from outside come too", async () => {
  const guest = startGuest({ module: "tutorial/pwait" });
  await guest.says(/waiting for signals\n/);
  assert.is(guest.stdout(), PWAIT);
  for (let times = 1; times <= 2; times++) {
    guest.kill("SIGUSR1");
    await guest.says(new RegExp(`(?:SIGUSR1\nwaiting for signals\n){${times}}`));
  }
  guest.kill("SIGINT");
  assert.equal(await guest.exited, { code: 0, signal: null });
  const twice = "SIGUSR1\nwaiting for signals\n".repeat(2);
  assert.is(guest.stdout(), `${PWAIT}${twice}the end\n`);
});

test.run();
