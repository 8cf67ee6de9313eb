// WASI 0.2.12 as a core module imports it: the canonical ABI's flattened functions. `result` is
// where a result of more than one word is written, aligned to 8: for a `result<T, E>` byte 0 is 0
// for T and 1 for E, and what it holds begins at its own alignment behind it.

/** What a poll, a read and a write hold on to: -> list<u32>, the ready ones' places, in any order. */
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
