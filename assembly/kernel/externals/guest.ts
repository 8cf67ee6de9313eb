// What the kernel takes from the guest beside its memory, which the two share.

/** A block of `bytes`, or 0. Makes no system call. */
@external("__main_module__", "malloc")
export declare function malloc(bytes: i32): usize;

/** The guest's program, from its first system call to its last. */
@external("__main_module__", "_start")
export declare function start(): void;

/** Calls a signal handler by its index. */
@external("__main_module__", "__signal")
export declare function callHandler(handler: i32, signum: i32): void;
