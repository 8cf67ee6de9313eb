// WASI 0.2.12 as a core module imports it: the canonical ABI's flattened functions. `result` is
// where a result of more than one word is written, aligned to 8: for a `result<T, E>` byte 0 is 0
// for T and 1 for E, and what it holds begins at its own alignment behind it.

/** -> list<u32>: the places of those that are ready, in any order. An empty list traps. */
@external("wasi:io/poll@0.2.12", "poll")
export declare function poll(list: usize, count: i32, result: usize): void;

@external("wasi:io/poll@0.2.12", "[resource-drop]pollable")
export declare function pollable_drop(self: i32): void;

/** -> result<list<u8>, stream-error> */
@external("wasi:io/streams@0.2.12", "[method]input-stream.read")
export declare function input_stream_read(self: i32, bytes: u64, result: usize): void;

@external("wasi:io/streams@0.2.12", "[method]input-stream.subscribe")
export declare function input_stream_subscribe(self: i32): i32;

@external("wasi:io/streams@0.2.12", "[resource-drop]input-stream")
export declare function input_stream_drop(self: i32): void;

/** -> result<u64, stream-error>: how many bytes the next write may have. */
@external("wasi:io/streams@0.2.12", "[method]output-stream.check-write")
export declare function output_stream_check_write(self: i32, result: usize): void;

/** -> result<_, stream-error> */
@external("wasi:io/streams@0.2.12", "[method]output-stream.write")
export declare function output_stream_write(self: i32, at: usize, bytes: i32, result: usize): void;

/** At most 4,096 bytes. -> result<_, stream-error> */
@external("wasi:io/streams@0.2.12", "[method]output-stream.blocking-write-and-flush")
export declare function output_stream_blocking_write_and_flush(
  self: i32,
  at: usize,
  bytes: i32,
  result: usize,
): void;

@external("wasi:io/streams@0.2.12", "[method]output-stream.subscribe")
export declare function output_stream_subscribe(self: i32): i32;

@external("wasi:io/streams@0.2.12", "[resource-drop]output-stream")
export declare function output_stream_drop(self: i32): void;

@external("wasi:io/error@0.2.12", "[resource-drop]error")
export declare function error_drop(self: i32): void;

@external("wasi:cli/stdin@0.2.12", "get-stdin")
export declare function get_stdin(): i32;

@external("wasi:cli/stdout@0.2.12", "get-stdout")
export declare function get_stdout(): i32;

@external("wasi:cli/stderr@0.2.12", "get-stderr")
export declare function get_stderr(): i32;

/** -> list<string> */
@external("wasi:cli/environment@0.2.12", "get-arguments")
export declare function get_arguments(result: usize): void;

/** -> list<tuple<string, string>> */
@external("wasi:cli/environment@0.2.12", "get-environment")
export declare function get_environment(result: usize): void;

@external("wasi:cli/exit@0.2.12", "exit-with-code")
export declare function exit_with_code(code: i32): void;

/** Nanoseconds. */
@external("wasi:clocks/monotonic-clock@0.2.12", "now")
export declare function monotonic_clock_now(): u64;

/** A pollable that is ready from a moment on, in nanoseconds of the clock. */
@external("wasi:clocks/monotonic-clock@0.2.12", "subscribe-instant")
export declare function subscribe_instant(when: u64): i32;

/** -> record { seconds: u64, nanoseconds: u32 } */
@external("wasi:clocks/wall-clock@0.2.12", "now")
export declare function wall_clock_now(result: usize): void;

/** -> list<u8> */
@external("wasi:random/random@0.2.12", "get-random-bytes")
export declare function get_random_bytes(bytes: u64, result: usize): void;

@external("wasi:sockets/instance-network@0.2.12", "instance-network")
export declare function instance_network(): i32;

/** `family`: 0 IPv4, 1 IPv6. -> result<tcp-socket, error-code> */
@external("wasi:sockets/tcp-create-socket@0.2.12", "create-tcp-socket")
export declare function create_tcp_socket(family: i32, result: usize): void;

/** `family` and 11 words: an ip-socket-address, the port first. -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.start-bind")
export declare function tcp_start_bind(
  self: i32,
  network: i32,
  family: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i32,
  f: i32,
  g: i32,
  h: i32,
  i: i32,
  j: i32,
  k: i32,
  result: usize,
): void;

/** -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.finish-bind")
export declare function tcp_finish_bind(self: i32, result: usize): void;

/** As start-bind. */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.start-connect")
export declare function tcp_start_connect(
  self: i32,
  network: i32,
  family: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i32,
  f: i32,
  g: i32,
  h: i32,
  i: i32,
  j: i32,
  k: i32,
  result: usize,
): void;

/** -> result<tuple<input-stream, output-stream>, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.finish-connect")
export declare function tcp_finish_connect(self: i32, result: usize): void;

/** -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.start-listen")
export declare function tcp_start_listen(self: i32, result: usize): void;

/** -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.finish-listen")
export declare function tcp_finish_listen(self: i32, result: usize): void;

/** -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.set-listen-backlog-size")
export declare function tcp_set_listen_backlog_size(self: i32, size: u64, result: usize): void;

/** -> result<tuple<tcp-socket, input-stream, output-stream>, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.accept")
export declare function tcp_accept(self: i32, result: usize): void;

/** -> result<ip-socket-address, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.local-address")
export declare function tcp_local_address(self: i32, result: usize): void;

/** -> result<ip-socket-address, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.remote-address")
export declare function tcp_remote_address(self: i32, result: usize): void;

/** `how`: 0 receive, 1 send, 2 both. -> result<_, error-code> */
@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.shutdown")
export declare function tcp_shutdown(self: i32, how: i32, result: usize): void;

@external("wasi:sockets/tcp@0.2.12", "[method]tcp-socket.subscribe")
export declare function tcp_subscribe(self: i32): i32;

@external("wasi:sockets/tcp@0.2.12", "[resource-drop]tcp-socket")
export declare function tcp_drop(self: i32): void;

/** As create-tcp-socket. -> result<udp-socket, error-code> */
@external("wasi:sockets/udp-create-socket@0.2.12", "create-udp-socket")
export declare function create_udp_socket(family: i32, result: usize): void;

/** As that of TCP. */
@external("wasi:sockets/udp@0.2.12", "[method]udp-socket.start-bind")
export declare function udp_start_bind(
  self: i32,
  network: i32,
  family: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i32,
  f: i32,
  g: i32,
  h: i32,
  i: i32,
  j: i32,
  k: i32,
  result: usize,
): void;

/** -> result<_, error-code> */
@external("wasi:sockets/udp@0.2.12", "[method]udp-socket.finish-bind")
export declare function udp_finish_bind(self: i32, result: usize): void;

/**
 * `isConnected` 1 and an ip-socket-address, or 0.
 * -> result<tuple<incoming-datagram-stream, outgoing-datagram-stream>, error-code>
 */
@external("wasi:sockets/udp@0.2.12", "[method]udp-socket.stream")
export declare function udp_stream(
  self: i32,
  isConnected: i32,
  family: i32,
  a: i32,
  b: i32,
  c: i32,
  d: i32,
  e: i32,
  f: i32,
  g: i32,
  h: i32,
  i: i32,
  j: i32,
  k: i32,
  result: usize,
): void;

/** -> result<ip-socket-address, error-code> */
@external("wasi:sockets/udp@0.2.12", "[method]udp-socket.local-address")
export declare function udp_local_address(self: i32, result: usize): void;

@external("wasi:sockets/udp@0.2.12", "[resource-drop]udp-socket")
export declare function udp_drop(self: i32): void;

/** -> result<list<incoming-datagram>, error-code>: of 40 bytes each. */
@external("wasi:sockets/udp@0.2.12", "[method]incoming-datagram-stream.receive")
export declare function udp_receive(self: i32, most: u64, result: usize): void;

@external("wasi:sockets/udp@0.2.12", "[method]incoming-datagram-stream.subscribe")
export declare function udp_incoming_subscribe(self: i32): i32;

@external("wasi:sockets/udp@0.2.12", "[resource-drop]incoming-datagram-stream")
export declare function udp_incoming_drop(self: i32): void;

/** -> result<u64, error-code>: how many datagrams may be sent. */
@external("wasi:sockets/udp@0.2.12", "[method]outgoing-datagram-stream.check-send")
export declare function udp_check_send(self: i32, result: usize): void;

/** A list of outgoing-datagrams of 44 bytes. -> result<u64, error-code>: how many were sent. */
@external("wasi:sockets/udp@0.2.12", "[method]outgoing-datagram-stream.send")
export declare function udp_send(self: i32, list: usize, count: i32, result: usize): void;

@external("wasi:sockets/udp@0.2.12", "[method]outgoing-datagram-stream.subscribe")
export declare function udp_outgoing_subscribe(self: i32): i32;

@external("wasi:sockets/udp@0.2.12", "[resource-drop]outgoing-datagram-stream")
export declare function udp_outgoing_drop(self: i32): void;
