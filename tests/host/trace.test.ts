// The lines of the trace: what is decoded, what is not, and that nothing can upset it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ABI, type ImportName } from "../../host/abi.ts";
import { traceImports, traceSignals } from "../../host/trace.ts";
import { random, sockaddrIn, sockaddrIn6, sockaddrUn } from "../support/sockaddr.ts";

type Import = (...args: number[]) => number;

const MEMORY_BYTES = 4096;

/** A guest's memory, and every import answering with what `answer` returns or writes there. */
class Traced {
  readonly bytes = new Uint8Array(MEMORY_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  readonly lines: string[] = [];
  readonly imports: Record<ImportName, Import>;
  answer: Import = () => 0;

  constructor(memory?: () => DataView) {
    const names = Object.keys(ABI) as ImportName[];
    const table = names.map((name) => [name, (...args: number[]) => this.answer(...args)]);
    this.imports = traceImports(
      Object.fromEntries(table) as Record<ImportName, Import>,
      memory ?? (() => this.view),
      (line) => this.lines.push(line),
    );
  }

  /** Writes bytes, text or little-endian words to memory; returns the address. */
  put(at: number, what: Uint8Array | string | number[]): number {
    if (Array.isArray(what)) {
      for (const [index, word] of what.entries()) this.view.setInt32(at + 4 * index, word, true);
    } else {
      this.bytes.set(typeof what === "string" ? Buffer.from(what) : what, at);
    }
    return at;
  }

  /** Makes a call that returns `result`, and gives its line. */
  call(name: ImportName, args: number[], result: number | Import = 0): string {
    this.answer = typeof result === "number" ? () => result : result;
    this.lines.length = 0;
    this.imports[name](...args);
    assert.is(this.lines.length, 1);
    return this.lines[0] ?? "";
  }
}

test("trace: passes arguments, results and memory on as they are", () => {
  const traced = new Traced();
  const seen: number[][] = [];
  traced.answer = (...args) => seen.push(args) - 7;
  assert.is(traced.imports.epoll_ctl(3, 1, 5, 64), -6);
  assert.is(traced.imports.getpid(), -5);
  assert.equal(seen, [[3, 1, 5, 64], []]);
  assert.equal(traced.bytes, new Uint8Array(MEMORY_BYTES));
});

test("trace: epoll", () => {
  const t = new Traced();
  assert.is(t.call("epoll_create1", [0x80000], 3), "epoll_create1(EPOLL_CLOEXEC) = 3");
  const event = t.put(64, [0x8000_0001 | 0, -1, 5, 0]);
  assert.is(
    t.call("epoll_ctl", [3, 1, 5, event]),
    "epoll_ctl(3, EPOLL_CTL_ADD, 5, {EPOLLIN|EPOLLET, data=0x5}) = 0",
  );
  assert.is(t.call("epoll_ctl", [3, 2, 5, 0]), "epoll_ctl(3, EPOLL_CTL_DEL, 5, NULL) = 0");
  assert.is(t.call("epoll_ctl", [3, 9, 5, 0], -22), "epoll_ctl(3, 9, 5, NULL) = -1 EINVAL");
  const wait: Import = () => {
    t.put(64, [1, 0, 5, 1, 0x2018, 0, -1, -1]);
    return 2;
  };
  assert.is(
    t.call("epoll_wait", [3, 64, 64, -1], wait),
    "epoll_wait(3, [{EPOLLIN, data=0x100000005}, " +
      "{EPOLLERR|EPOLLHUP|EPOLLRDHUP, data=0xffffffffffffffff}], 64, -1) = 2",
  );
  assert.is(t.call("epoll_wait", [3, 64, 64, 0], 0), "epoll_wait(3, [], 64, 0) = 0");
  assert.is(t.call("epoll_wait", [3, 64, 64, -1], -4), "epoll_wait(3, 0x40, 64, -1) = -1 EINTR");
  t.put(128, [1, 0, 5, 0]);
  assert.is(
    t.call("epoll_pwait2", [3, 64, 1, 128, 128, 8], 0),
    "epoll_pwait2(3, [], 1, {tv_sec=1, tv_nsec=5}, [HUP], 8) = 0",
  );
});

test("trace: a long array is cut", () => {
  const t = new Traced();
  const line = t.call("epoll_wait", [3, 64, 1024, -1], 200);
  assert.match(line, /^epoll_wait\(3, \[(\{0, data=0x0\}, ){16}\.\.\.\], 1024, -1\) = 200$/);
});

test("trace: poll", () => {
  const t = new Traced();
  t.put(64, [4, 0x0001_0005]);
  assert.is(
    t.call("poll", [64, 1, -1], 1),
    "poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, -1) = 1",
  );
});

test("trace: sockets and their addresses", () => {
  const t = new Traced();
  assert.is(
    t.call("socket", [2, 0x80801, 6], 4),
    "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC, IPPROTO_TCP) = 4",
  );
  assert.is(t.call("socket", [10, 2, 0], 4), "socket(AF_INET6, SOCK_DGRAM, 0) = 4");
  assert.is(t.call("socket", [99, 15, -1], -97), "socket(99, 15, -1) = -1 EAFNOSUPPORT");
  t.put(64, sockaddrIn("127.0.0.1", 7000));
  assert.is(t.call("bind", [4, 64, 16]), "bind(4, {127.0.0.1:7000}, 16) = 0");
  t.put(64, sockaddrIn6("::1", 80));
  assert.is(t.call("connect", [4, 64, 28], -115), "connect(4, {[::1]:80}, 28) = -1 EINPROGRESS");
  t.put(64, sockaddrIn6("::ffff:10.0.0.1", 80));
  assert.is(t.call("connect", [4, 64, 28]), "connect(4, {[::ffff:10.0.0.1]:80}, 28) = 0");
  t.put(64, sockaddrUn("/run/\x1b\0"));
  assert.is(t.call("bind", [4, 64, 9]), 'bind(4, {unix "/run/\\x1b"}, 9) = 0');
  t.put(64, [0]);
  assert.is(t.call("connect", [4, 64, 16]), "connect(4, {AF_UNSPEC}, 16) = 0");
  t.put(64, [17]);
  assert.is(t.call("bind", [4, 64, 16]), "bind(4, {family 17}, 16) = 0");
  assert.is(t.call("bind", [4, 64, 1], -22), "bind(4, 0x40, 1) = -1 EINVAL");
  assert.is(t.call("bind", [4, 64, -1], -22), "bind(4, {family 17}, -1) = -1 EINVAL");
  assert.is(t.call("shutdown", [4, 1]), "shutdown(4, SHUT_WR) = 0");
});

test("trace: addresses that the kernel writes, as far as it has written them", () => {
  const t = new Traced();
  t.put(64, sockaddrIn("10.0.0.9", 5));
  t.put(128, [28]);
  const write: Import = (_fd, at = 0, lengthAt = 0) => {
    t.put(at, sockaddrIn("127.0.0.1", 4));
    t.put(lengthAt, [16]);
    return 5;
  };
  assert.is(
    t.call("accept4", [4, 64, 128, 0x800], write),
    "accept4(4, {127.0.0.1:4}, [28 => 16], SOCK_NONBLOCK) = 5",
  );
  assert.is(t.call("getsockname", [4, 64, 128], write), "getsockname(4, {127.0.0.1:4}, [16]) = 5");
  t.put(128, [8]);
  assert.is(
    t.call("getpeername", [4, 64, 128], write),
    "getpeername(4, {family 2}, [8 => 16]) = 5",
    "the half of an address is none",
  );
  assert.is(
    t.call("accept4", [4, 0, 0, 0x800], -11),
    "accept4(4, NULL, NULL, SOCK_NONBLOCK) = -1 EAGAIN",
  );
  assert.is(t.call("accept4", [4, 0, 0, 0], 5), "accept4(4, NULL, NULL, 0) = 5");
});

test("trace: socket options", () => {
  const t = new Traced();
  t.put(64, [1, 5, 3, 0]);
  t.put(128, [4]);
  const cases: [number, number, string][] = [
    [1, 2, "SOL_SOCKET, SO_REUSEADDR"],
    [6, 1, "IPPROTO_TCP, TCP_NODELAY"],
    [41, 26, "IPPROTO_IPV6, IPV6_V6ONLY"],
    [1, 999, "SOL_SOCKET, 999"],
    [77, 1, "77, 1"],
  ];
  for (const [level, name, shown] of cases) {
    assert.is(t.call("setsockopt", [4, level, name, 64, 4]), `setsockopt(4, ${shown}, [1], 4) = 0`);
    assert.is(
      t.call("getsockopt", [4, level, name, 64, 128]),
      `getsockopt(4, ${shown}, [1], [4]) = 0`,
    );
  }
  assert.is(
    t.call("setsockopt", [4, 1, 13, 64, 8]),
    "setsockopt(4, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0",
  );
  assert.is(
    t.call("setsockopt", [4, 1, 20, 64, 16]),
    "setsockopt(4, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=21474836481, tv_usec=3}, 16) = 0",
  );
  assert.is(
    t.call("setsockopt", [4, 6, 13, t.put(64, "reno"), 5]),
    'setsockopt(4, IPPROTO_TCP, TCP_CONGESTION, "reno\\x05", 5) = 0',
  );
});

test("trace: data is quoted, cut and escaped", () => {
  const t = new Traced();
  t.put(64, "hello\n");
  assert.is(t.call("read", [5, 64, 65536], 6), 'read(5, "hello\\n", 65536) = 6');
  assert.is(t.call("read", [5, 64, 65536], 0), 'read(5, "", 65536) = 0');
  assert.is(t.call("read", [5, 64, 65536], -11), "read(5, 0x40, 65536) = -1 EAGAIN");
  t.put(64, '\x1b]0;"\\\u00e9');
  assert.is(t.call("write", [5, 64, 8], 8), 'write(5, "\\x1b]0;\\"\\\\\\xc3\\xa9", 8) = 8');
  t.put(64, "x".repeat(40));
  assert.is(t.call("write", [5, 64, 32], 32), `write(5, "${"x".repeat(32)}", 32) = 32`);
  assert.is(t.call("write", [5, 64, 33], 33), `write(5, "${"x".repeat(32)}"..., 33) = 33`);
  t.put(64, sockaddrIn("10.0.0.1", 53));
  assert.is(
    t.call("sendto", [5, t.put(256, "ping"), 4, 0x4040, 64, 16], 4),
    'sendto(5, "ping", 4, MSG_DONTWAIT|MSG_NOSIGNAL, {10.0.0.1:53}, 16) = 4',
  );
  t.put(128, [16]);
  assert.is(
    t.call("recvfrom", [5, 256, 4, 0x20, 64, 128], 1500),
    'recvfrom(5, "ping", 4, MSG_TRUNC, {10.0.0.1:53}, [16]) = 1500',
    "a datagram that was longer than the buffer is shown as far as that went",
  );
});

test("trace: vectors and messages", () => {
  const t = new Traced();
  t.put(64, "headbody");
  t.put(128, [64, 4, 68, 4]);
  const both = '[{iov_base="head", iov_len=4}, {iov_base="body", iov_len=4}]';
  assert.is(t.call("writev", [5, 128, 2], 8), `writev(5, ${both}, 2) = 8`);
  assert.is(
    t.call("readv", [5, 128, 2], 5),
    'readv(5, [{iov_base="head", iov_len=4}, {iov_base="b", iov_len=4}], 2) = 5',
  );
  t.put(160, sockaddrIn("10.0.0.1", 53));
  t.put(256, [160, 16, 128, 2, 0, 0, 0, 4]);
  const name = "msg_name={10.0.0.1:53}";
  assert.is(
    t.call("sendmsg", [5, 256, 0], 8),
    `sendmsg(5, {${name}, msg_iov=${both}, msg_controllen=0, msg_flags=0}, 0) = 8`,
  );
  assert.match(t.call("recvmsg", [5, 256, 0], 8), /^recvmsg\(5, \{msg_name=\{10\.0\.0\.1:53\}, /);
  assert.match(
    t.call("sendmmsg", [5, 256, 1, 0], 1),
    /^sendmmsg\(5, \[\{msg_hdr=.*, msg_len=4\}\], 1, 0\) = 1$/,
  );
  assert.match(
    t.call("recvmmsg", [5, 256, 1, 0, 0], 1),
    /iov_base="head".*iov_base="", iov_len=4\}.*NULL\) = 1$/,
  );
});

test("trace: fcntl and ioctl", () => {
  const t = new Traced();
  assert.is(t.call("fcntl", [4, 3, 99], 0x802), "fcntl(4, F_GETFL) = 0x802 (O_RDWR|O_NONBLOCK)");
  assert.is(t.call("fcntl", [4, 3, 99], -9), "fcntl(4, F_GETFL) = -1 EBADF");
  assert.is(t.call("fcntl", [4, 4, 0x802]), "fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
  assert.is(t.call("fcntl", [4, 1, 99], 1), "fcntl(4, F_GETFD) = 1");
  assert.is(t.call("fcntl", [4, 2, 1]), "fcntl(4, F_SETFD, FD_CLOEXEC) = 0");
  assert.is(t.call("fcntl", [4, 1030, 10], 10), "fcntl(4, F_DUPFD_CLOEXEC, 10) = 10");
  t.put(64, [7]);
  assert.is(t.call("ioctl", [4, 0x541b, 64]), "ioctl(4, FIONREAD, [7]) = 0");
  assert.is(t.call("ioctl", [4, 0x5421, 64]), "ioctl(4, FIONBIO, [7]) = 0");
  assert.is(t.call("ioctl", [4, 1, 64], -25), "ioctl(4, 1, 0x40) = -1 ENOTTY");
});

test("trace: timers, clocks and signals", () => {
  const t = new Traced();
  assert.is(
    t.call("timerfd_create", [1, 0x80800], 6),
    "timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK|TFD_CLOEXEC) = 6",
  );
  t.put(64, [0, 0, 100, 0, 1, 0, 0, 0]);
  assert.is(
    t.call("timerfd_settime", [6, 1, 64, 0]),
    "timerfd_settime(6, TFD_TIMER_ABSTIME, " +
      "{it_interval={tv_sec=0, tv_nsec=100}, it_value={tv_sec=1, tv_nsec=0}}, NULL) = 0",
  );
  assert.is(
    t.call("clock_gettime", [0, 80]),
    "clock_gettime(CLOCK_REALTIME, {tv_sec=1, tv_nsec=0}) = 0",
  );
  assert.is(t.call("eventfd2", [3, 1], 6), "eventfd2(3, EFD_SEMAPHORE) = 6");
  t.put(64, [0x4002, 0]);
  assert.is(
    t.call("rt_sigprocmask", [0, 64, 0, 8]),
    "rt_sigprocmask(SIG_BLOCK, [INT TERM], NULL, 8) = 0",
  );
  t.put(64, [~0x100, -1]);
  assert.is(
    t.call("rt_sigprocmask", [2, 64, 0, 8]),
    "rt_sigprocmask(SIG_SETMASK, ~[KILL], NULL, 8) = 0",
  );
  t.put(64, [-2, 0, 0, 0, 0]);
  assert.is(
    t.call("rt_sigaction", [13, 64, 0, 8]),
    "rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8) = 0",
  );
  t.put(64, [1024, 0, -1, -1]);
  assert.is(
    t.call("prlimit64", [0, 7, 0, 64]),
    "prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=1024, rlim_max=RLIM64_INFINITY}) = 0",
  );
});

test("trace: a signal's line comes before its handler's", () => {
  const t = new Traced();
  const handle = traceSignals(
    (handler, signum) => void t.imports.kill(handler, signum),
    (line) => t.lines.push(line),
  );
  handle(2, 10);
  handle(3, 34);
  assert.equal(t.lines, [
    "--- SIGUSR1 ---",
    "kill(2, SIGUSR1) = 0",
    "--- SIGRT_2 ---",
    "kill(3, 34) = 0",
  ]);
});

test("trace: strings that the host gives", () => {
  const t = new Traced();
  t.put(64, "echo.wasm\x007000\0");
  assert.is(t.call("cmdline", [64, 256], 15), 'cmdline("echo.wasm\\x007000\\x00", 256) = 15');
  assert.is(t.call("cmdline", [64, 4], 15), 'cmdline("echo", 4) = 15');
  assert.is(t.call("cmdline", [0, 0], 15), "cmdline(NULL, 0) = 15");
  assert.is(
    t.call("unlinkat", [-100, t.put(64, "/run/a\0"), 0], -13),
    'unlinkat(AT_FDCWD, "/run/a", 0) = -1 EACCES',
  );
});

test("trace: exit_group is written before it ends the guest", () => {
  const t = new Traced();
  t.answer = () => {
    assert.equal(t.lines, ["exit_group(3) = ?"]);
    return -4;
  };
  t.imports.exit_group(3);
  assert.equal(t.lines, ["exit_group(3) = ?"]);
});

test("trace: results that are no errno are shown as they are", () => {
  const t = new Traced();
  assert.is(t.call("close", [3], -133), "close(3) = -1 EHWPOISON");
  assert.is(t.call("close", [3], -134), "close(3) = -134");
  assert.is(t.call("close", [3], -2147483648), "close(3) = -2147483648");
});

test("trace: what is not in memory is an address", () => {
  const t = new Traced();
  const end = MEMORY_BYTES;
  assert.is(t.call("write", [1, end - 4, 8], -14), "write(1, 0xffc, 8) = -1 EFAULT");
  assert.is(t.call("write", [1, end - 4, 4], 4), 'write(1, "\\x00\\x00\\x00\\x00", 4) = 4');
  assert.is(t.call("write", [1, end - 4, -1], 4), "write(1, 0xffc, 4294967295) = 4");
  assert.is(t.call("read", [1, -8, 8], 8), "read(1, 0xfffffff8, 8) = 8");
  assert.is(
    t.call("epoll_ctl", [3, 1, 5, end - 15], -14),
    "epoll_ctl(3, EPOLL_CTL_ADD, 5, 0xff1) = -1 EFAULT",
  );
  assert.is(t.call("getsockname", [3, 64, end - 3], 0), "getsockname(3, 0x40, 0xffd) = 0");
  assert.is(
    t.call("writev", [1, 64, 1_000_000], -22),
    "writev(1, [" + "{iov_base=NULL, iov_len=0}, ".repeat(16) + "...], 1000000) = -1 EINVAL",
  );
});

test("trace: memory may not be there yet, or grow during a call", () => {
  assert.is(
    new Traced(() => new DataView(new ArrayBuffer(0))).call("read", [0, 64, 4], 4),
    "read(0, 0x40, 4) = 4",
  );
  let view = new DataView(new ArrayBuffer(16));
  const t = new Traced(() => view);
  const grow: Import = () => {
    view = t.view;
    t.put(64, "late");
    return 4;
  };
  assert.is(t.call("read", [0, 64, 4], grow), 'read(0, "late", 4) = 4');
});

test("trace: nothing that a guest passes or has in memory upsets it", () => {
  const next = random(5);
  const t = new Traced();
  const edges = [0, 1, 2, 3, 16, 28, 64, 4090, 4096, -1, -100, 0x7fffffff, -0x80000000];
  const any = () => (next(2) === 0 ? (edges[next(edges.length)] ?? 0) : next(4200));
  for (let round = 0; round < 300; round++) {
    for (let at = 0; at < MEMORY_BYTES; at += 4)
      t.view.setInt32(at, next(4) === 0 ? next(2 ** 32) : any(), true);
    for (const name of Object.keys(ABI) as ImportName[]) {
      const args = ABI[name].map(any);
      const line = t.call(name, args, next(3) === 0 ? -next(200) : any());
      assert.ok(line.startsWith(`${name}(`), line);
      assert.match(line, /^[ -~]+$/);
      assert.ok(line.length < 20_000, `${name}: ${line.length} characters`);
    }
  }
});

test.run();
