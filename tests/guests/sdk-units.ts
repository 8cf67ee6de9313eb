// The pure parts of the SDK: prints what they answer, one line for each question.

import {
  AF_INET,
  Bytes,
  decimal,
  EAGAIN,
  EpollEvent,
  errorName,
  formatAddress,
  Iovec,
  Itimerspec,
  Linger,
  Mmsghdr,
  Msghdr,
  parseAddress,
  Pollfd,
  print,
  SOCKADDR_BYTES_MAX,
  SockaddrIn,
  SockaddrIn6,
  Timespec,
  Timeval,
} from "../../assembly/index";

function sizes(): void {
  print("epoll_event " + offsetof<EpollEvent>().toString());
  print("epoll_event.data " + offsetof<EpollEvent>("data").toString());
  print("pollfd " + offsetof<Pollfd>().toString());
  print("timespec " + offsetof<Timespec>().toString());
  print("itimerspec " + offsetof<Itimerspec>().toString());
  print("itimerspec.value_sec " + offsetof<Itimerspec>("value_sec").toString());
  print("timeval " + offsetof<Timeval>().toString());
  print("sockaddr_in " + offsetof<SockaddrIn>().toString());
  print("sockaddr_in6 " + offsetof<SockaddrIn6>().toString());
  print("sockaddr_in6.sin6_addr " + offsetof<SockaddrIn6>("sin6_addr_high").toString());
  print("iovec " + offsetof<Iovec>().toString());
  print("msghdr " + offsetof<Msghdr>().toString());
  print("mmsghdr " + offsetof<Mmsghdr>().toString());
  print("mmsghdr.len " + offsetof<Mmsghdr>("len").toString());
  print("linger " + offsetof<Linger>().toString());
}

const SOCKADDR: usize = memory.data(32, 8);

/** The address that a text means, as text, and its bytes where they are IPv4. */
function address(text: string): void {
  memory.fill(SOCKADDR, 0xaa, 32);
  const length = parseAddress(text, SOCKADDR);
  const meaning = length < 0 ? errorName(length) : formatAddress(SOCKADDR);
  const after = load<u32>(SOCKADDR, SOCKADDR_BYTES_MAX) === 0xaaaaaaaa ? "" : " written too far";
  print(text + " = " + meaning + " " + length.toString() + after);
}

function addresses(): void {
  const good = [
    "7000",
    "127.0.0.1:7000",
    "0.0.0.0:0",
    "255.255.255.255:65535",
    "[::]:80",
    "[::1]:7000",
    "[fe80::1:2]:1",
    "[1:2:3:4:5:6:7:8]:9",
    "[1:2:3:4:5:6:7::]:9",
    "[::2:3:4:5:6:7:8]:9",
    "[2001:DB8:0:0:1:0:0:1]:443",
    "[::ffff:10.0.0.1]:5",
    "[64:ff9b::192.0.2.33]:5",
  ];
  const bad = [
    "",
    ":",
    ":80",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:8 ",
    "127.0.0:80",
    "127.0.0.1.1:80",
    "127.0.0.256:80",
    "127.0.0.01:80",
    "127..0.1:80",
    "0x7f.0.0.1:80",
    "localhost:80",
    "[::1]",
    "[::1:80",
    "::1:80",
    "[]:80",
    "[:]:80",
    "[:::]:80",
    "[1::2::3]:80",
    "[1:2:3:4:5:6:7]:80",
    "[1:2:3:4:5:6:7:8:9]:80",
    "[1:2:3:4:5:6:7:8::]:80",
    "[1:2:3:4:5:6:7:]:80",
    "[12345::]:80",
    "[g::]:80",
    "[::1.2.3]:80",
    "[1:2:3:4:5:6:7:1.2.3.4]:80",
    "[1.2.3.4::]:80",
    "[::1]x:80",
  ];
  for (let i = 0; i < good.length; i++) address(good[i]);
  for (let i = 0; i < bad.length; i++) address(bad[i]);
  print("family " + (load<u16>(SOCKADDR) === <u16>AF_INET).toString());
}

/** Whether searching agrees with the plain way, at every place and alignment. */
function searches(): bool {
  const room = Bytes.alloc(64);
  const range = new Bytes();
  for (let length = 0; length <= 24; length++) {
    for (let start = 0; start < 8; start++) {
      memory.fill(room.ptr, 0x0a, 64); // what is outside must not be found
      range.set(room.ptr + start, length);
      memory.fill(range.ptr, 0x0b, length);
      if (range.indexOf(0x0a) !== -1) return false;
      for (let at = 0; at < length; at++) {
        store<u8>(range.ptr + at, 0x0a);
        if (range.indexOf(0x0a) !== at || range.indexOf(0x0a, at + 1) !== -1) return false;
        if (range.indexOf(0x0a, at) !== at || range.indexOf(0x0a, -5) !== at) return false;
        store<u8>(range.ptr + at, 0xff);
        if (range.indexOf(0xff, at) !== at) return false;
        store<u8>(range.ptr + at, 0x0b);
      }
    }
  }
  return true;
}

function bytes(): void {
  const text = Bytes.of("abcabd €");
  const part = new Bytes();
  print("length " + text.length.toString());
  print("at " + text[0].toString() + " " + text[7].toString());
  print("outside " + text[10].toString() + " " + text[-1].toString());
  print("searches " + searches().toString());
  print("find " + text.find(Bytes.of("abd")).toString());
  print("find from " + text.find(Bytes.of("ab"), 1).toString());
  print("find none " + text.find(Bytes.of("abe")).toString());
  print("find longer " + part.set(text.ptr, 2).find(text).toString());
  print("find nothing " + text.find(Bytes.of("")).toString());
  print("equals " + text.equals(Bytes.of("abcabd €")).toString());
  print("equals shorter " + text.equals(Bytes.of("abc")).toString());
  print("startsWith " + text.startsWith(Bytes.of("abc")).toString());
  print("startsWith longer " + Bytes.of("ab").startsWith(Bytes.of("abc")).toString());
  print("part " + part.part(text, 3, 6).toString());
  print("part cut '" + part.part(text, -1, 99).toString() + "'");
  print("part reversed " + part.part(text, 5, 2).length.toString());
  print("part behind " + part.part(text, 50, 60).length.toString());
  print("decimal " + decimal(0).toString() + " " + decimal(-120).toString());
  print("decimal " + decimal(i64.MIN_VALUE).toString() + " " + decimal(i64.MAX_VALUE).toString());
}

function errors(): void {
  print("error " + errorName(EAGAIN) + " " + errorName(-1) + " " + errorName(-133));
  print("error " + errorName(0) + " " + errorName(41) + " " + errorName(134));
}

sizes();
addresses();
bytes();
errors();
