// The `linux` ABI: every system call that a guest can import, as declarations and nothing else.
// What crosses: 32-bit integers; pointers are offsets into `memory`. asc takes this file's name for
// the import module, and an import that is not called does not appear in the guest.
//
// Every result: `>= 0` is the call's value, `< 0` is `-errno`. Layouts are in structs.ts, numbers
// in constants.ts, and docs/ABI.md tells what an implementation has to keep. Errors are named here
// where they mean something of their own; -EBADF (not open in this guest) and -EFAULT (a range
// outside of memory) are common to all. `?` marks a pointer that may be 0.

// epoll

/** A new epoll descriptor; `flags` 0 or EPOLL_CLOEXEC. -EMFILE: the quota. epoll_create1(2) */
export declare function epoll_create1(flags: i32): i32;

/**
 * Adds, changes or removes (`op`: EPOLL_CTL_*) the registration of `fd`; `event`: epoll_event,
 * 16 bytes. -EEXIST, -ENOENT, -ELOOP, -EPERM: not pollable, -ENOSPC: quota of watches. epoll_ctl(2)
 */
export declare function epoll_ctl(epfd: i32, op: i32, fd: i32, event: usize): i32;

/**
 * Waits until something is ready; `events` has room for `maxevents` epoll_events of 16 bytes.
 * `timeout` in milliseconds, -1 for ever. Result: how many, 0 at the timeout. epoll_wait(2)
 */
export declare function epoll_wait(epfd: i32, events: usize, maxevents: i32, timeout: i32): i32;

/** epoll_wait with the signal mask `sigmask`? of `sigsetsize` 8 bytes in force. epoll_pwait(2) */
export declare function epoll_pwait(
  epfd: i32,
  events: usize,
  maxevents: i32,
  timeout: i32,
  sigmask: usize,
  sigsetsize: i32,
): i32;

/** epoll_pwait whose `timeout`? is a timespec, so in nanoseconds. epoll_pwait2(2) */
export declare function epoll_pwait2(
  epfd: i32,
  events: usize,
  maxevents: i32,
  timeout: usize,
  sigmask: usize,
  sigsetsize: i32,
): i32;

// poll

/** Waits on `nfds` pollfds of 8 bytes; `timeout` in milliseconds. Result: how many. poll(2) */
export declare function poll(fds: usize, nfds: i32, timeout: i32): i32;

/** poll with a timespec `timeout`? and a signal mask `sigmask`? of 8 bytes. ppoll(2) */
export declare function ppoll(
  fds: usize,
  nfds: i32,
  timeout: usize,
  sigmask: usize,
  sigsetsize: i32,
): i32;

// sockets

/**
 * A new socket; `type` may carry SOCK_NONBLOCK and SOCK_CLOEXEC. -EAFNOSUPPORT,
 * -EPROTONOSUPPORT: not among the granted triples. socket(2)
 */
export declare function socket(domain: i32, type: i32, protocol: i32): i32;

/** Two connected AF_UNIX sockets into `sv`, two i32. socketpair(2) */
export declare function socketpair(domain: i32, type: i32, protocol: i32, sv: usize): i32;

/** Gives the socket an address: sockaddr of `addrlen` bytes. -EACCES: not granted. bind(2) */
export declare function bind(fd: i32, addr: usize, addrlen: i32): i32;

/** Makes the socket accept connections. -EACCES: not granted, -EADDRINUSE. listen(2) */
export declare function listen(fd: i32, backlog: i32): i32;

/**
 * Takes a waiting connection; `addr`? gets its address, `addrlen`? (u32) its room, then its length.
 * `flags`: SOCK_NONBLOCK, SOCK_CLOEXEC. -EAGAIN: none, -EMFILE: the quota. accept4(2)
 */
export declare function accept4(fd: i32, addr: usize, addrlen: usize, flags: i32): i32;

/** Connects to a sockaddr. -EINPROGRESS: EPOLLOUT tells; -EACCES: not granted. connect(2) */
export declare function connect(fd: i32, addr: usize, addrlen: i32): i32;

/** Ends one direction or both; `how`: SHUT_*. shutdown(2) */
export declare function shutdown(fd: i32, how: i32): i32;

/** The socket's own address; `addrlen` (u32) is the room, then the length. getsockname(2) */
export declare function getsockname(fd: i32, addr: usize, addrlen: usize): i32;

/** The peer's address; `addrlen` (u32) is the room, then the length. getpeername(2) */
export declare function getpeername(fd: i32, addr: usize, addrlen: usize): i32;

/** Reads an option; `optlen` (u32) is the room, then the length. -ENOPROTOOPT. getsockopt(2) */
export declare function getsockopt(
  fd: i32,
  level: i32,
  optname: i32,
  optval: usize,
  optlen: usize,
): i32;

/** Sets an option of `optlen` bytes. -ENOPROTOOPT, -EPERM: a privileged one. setsockopt(2) */
export declare function setsockopt(
  fd: i32,
  level: i32,
  optname: i32,
  optval: usize,
  optlen: i32,
): i32;

/**
 * Sends up to `len` bytes, to `addr`? where the socket is not connected; `flags`: MSG_*.
 * Result: bytes taken. -EAGAIN, -EPIPE (with SIGPIPE, unless MSG_NOSIGNAL), -EACCES. sendto(2)
 */
export declare function sendto(
  fd: i32,
  buf: usize,
  len: i32,
  flags: i32,
  addr: usize,
  addrlen: i32,
): i32;

/**
 * Receives up to `len` bytes; `addr`?, `addrlen`? get the sender. Result: bytes, 0: the peer's FIN
 * (a stream) or an empty datagram. -EAGAIN, -ECONNRESET. recvfrom(2)
 */
export declare function recvfrom(
  fd: i32,
  buf: usize,
  len: i32,
  flags: i32,
  addr: usize,
  addrlen: usize,
): i32;

/** Sends the gathered parts of a msghdr, 28 bytes. -EPERM: SCM_RIGHTS. sendmsg(2) */
export declare function sendmsg(fd: i32, msg: usize, flags: i32): i32;

/** Receives into the scattered parts of a msghdr, 28 bytes. recvmsg(2) */
export declare function recvmsg(fd: i32, msg: usize, flags: i32): i32;

/** Sends `vlen` mmsghdrs of 32 bytes. Result: how many were sent. sendmmsg(2) */
export declare function sendmmsg(fd: i32, msgvec: usize, vlen: i32, flags: i32): i32;

/** Receives up to `vlen` mmsghdrs of 32 bytes; `timeout`?: timespec. recvmmsg(2) */
export declare function recvmmsg(
  fd: i32,
  msgvec: usize,
  vlen: i32,
  flags: i32,
  timeout: usize,
): i32;

// files

/** Reads up to `count` bytes. Result: bytes, 0 at the end. -EAGAIN. read(2) */
export declare function read(fd: i32, buf: usize, count: i32): i32;

/** Writes up to `count` bytes. Result: bytes taken. -EAGAIN, -EPIPE with SIGPIPE. write(2) */
export declare function write(fd: i32, buf: usize, count: i32): i32;

/** Reads into `iovcnt` iovecs of 8 bytes, in order. readv(2) */
export declare function readv(fd: i32, iov: usize, iovcnt: i32): i32;

/** Writes from `iovcnt` iovecs of 8 bytes, in order. writev(2) */
export declare function writev(fd: i32, iov: usize, iovcnt: i32): i32;

/** Closes a descriptor; its number is free at once, whatever the result. close(2) */
export declare function close(fd: i32): i32;

/** Another number, the lowest free one, for the same open description. dup(2) */
export declare function dup(oldfd: i32): i32;

/** The number `newfd` for the same open description; `flags` 0 or O_CLOEXEC. dup3(2) */
export declare function dup3(oldfd: i32, newfd: i32, flags: i32): i32;

/** Descriptor commands that take a number: F_GETFL, F_SETFL, F_DUPFD ... fcntl(2) */
export declare function fcntl(fd: i32, cmd: i32, arg: i32): i32;

/** FIONREAD, FIONBIO and their like; `argp` points to an i32. -ENOTTY: not listed. ioctl(2) */
export declare function ioctl(fd: i32, request: i32, argp: usize): i32;

/** What a descriptor is: stat, 144 bytes. Sockets, pipes and stdio. fstat(2) */
export declare function fstat(fd: i32, statbuf: usize): i32;

/** A pipe: `pipefd` gets two i32, the reading and the writing end. pipe2(2) */
export declare function pipe2(pipefd: usize, flags: i32): i32;

/** Removes the path of a granted Unix socket, NUL-terminated. unlinkat(2) */
export declare function unlinkat(dirfd: i32, pathname: usize, flags: i32): i32;

// event descriptors

/** A counter to wait for; `flags`: EFD_*. eventfd2, see eventfd(2) */
export declare function eventfd2(initval: i32, flags: i32): i32;

/** A timer to wait for; `clockid`: CLOCK_*, `flags`: TFD_*. timerfd_create(2) */
export declare function timerfd_create(clockid: i32, flags: i32): i32;

/** Arms it with `new_value`, an itimerspec of 32 bytes; `old_value`? gets the last one's rest. */
export declare function timerfd_settime(
  fd: i32,
  flags: i32,
  new_value: usize,
  old_value: usize,
): i32;

/** What is left until it fires: itimerspec, 32 bytes. timerfd_gettime(2) */
export declare function timerfd_gettime(fd: i32, curr_value: usize): i32;

/** Signals to wait for; `mask`: sigset, `sizemask` 8; `fd` -1 makes a new one. signalfd(2) */
export declare function signalfd4(fd: i32, mask: usize, sizemask: i32, flags: i32): i32;

// signals

/** Sets the action of a signal, kernel_sigaction of 20 bytes; `sigsetsize` 8. rt_sigaction(2) */
export declare function rt_sigaction(signum: i32, act: usize, oldact: usize, sigsetsize: i32): i32;

/** Blocks or unblocks signals (`how`: SIG_BLOCK ...); `set`?, `oldset`?. rt_sigprocmask(2) */
export declare function rt_sigprocmask(how: i32, set: usize, oldset: usize, sigsetsize: i32): i32;

/** The blocked signals that wait for delivery. rt_sigpending(2) */
export declare function rt_sigpending(set: usize, sigsetsize: i32): i32;

/** Waits for a signal with `mask` in force; always -EINTR. rt_sigsuspend(2) */
export declare function rt_sigsuspend(mask: usize, sigsetsize: i32): i32;

/** Takes a signal of `set`; `info`? is 128 bytes, `timeout`? a timespec. rt_sigtimedwait(2) */
export declare function rt_sigtimedwait(
  set: usize,
  info: usize,
  timeout: usize,
  sigsetsize: i32,
): i32;

/** Signals the guest itself: any other `pid` is -ESRCH or -EPERM. kill(2) */
export declare function kill(pid: i32, sig: i32): i32;

/** Signals the guest's own thread. tgkill(2) */
export declare function tgkill(tgid: i32, tid: i32, sig: i32): i32;

// time and process

/** The time of `clockid` (CLOCK_*) into a timespec of 16 bytes. clock_gettime(2) */
export declare function clock_gettime(clockid: i32, tp: usize): i32;

/** Sleeps; `flags` 0 or TIMER_ABSTIME, `remain`? gets the rest at -EINTR. clock_nanosleep(2) */
export declare function clock_nanosleep(
  clockid: i32,
  flags: i32,
  request: usize,
  remain: usize,
): i32;

/** The resolution of a clock into a timespec. clock_getres(2) */
export declare function clock_getres(clockid: i32, res: usize): i32;

/** SIGALRM after a time; itimerval of 32 bytes, `old_value`?. setitimer(2) */
export declare function setitimer(which: i32, new_value: usize, old_value: usize): i32;

/** Random bytes. Result: how many. getrandom(2) */
export declare function getrandom(buf: usize, buflen: i32, flags: i32): i32;

/** A fixed number, not the host's. getpid(2) */
export declare function getpid(): i32;

/** The real user, as the host shows it. getuid(2) */
export declare function getuid(): i32;

/** The effective user, as the host shows it. geteuid(2) */
export declare function geteuid(): i32;

/** The real group, as the host shows it. getgid(2) */
export declare function getgid(): i32;

/** The effective group, as the host shows it. getegid(2) */
export declare function getegid(): i32;

/** Names of the system: utsname, 390 bytes. uname(2) */
export declare function uname(buf: usize): i32;

/** What the guest has used: rusage, 144 bytes. getrusage(2) */
export declare function getrusage(who: i32, usage: usize): i32;

/** Lets others run. sched_yield(2) */
export declare function sched_yield(): i32;

/** Limits of the guest: rlimit64 of 16 bytes, `new_limit`?, `old_limit`?. prlimit(2) */
export declare function prlimit64(pid: i32, resource: i32, new_limit: usize, old_limit: usize): i32;

/** Ends the guest with the exit code `status & 255`; does not return. exit_group(2) */
export declare function exit_group(status: i32): i32;

// what Linux gives in /proc/self

/** The arguments, NUL-terminated, back to back; copies up to `len`, gives the whole length. */
export declare function cmdline(buf: usize, len: i32): i32;

/** The environment as `NAME=VALUE`, NUL-terminated, back to back; as cmdline. */
export declare function environ(buf: usize, len: i32): i32;
