// What a server imports: the guest SDK, described in docs/SDK.md.
// Whoever wants the bare system calls imports "tripoll/assembly/linux".

export { formatAddress, formatHost, parseAddress, portOf, SOCKADDR_BYTES_MAX } from "./address";
export { Bytes, decimal } from "./bytes";
export { connect } from "./connect";
export * from "./constants";
export { Epoll } from "./epoll";
export * from "./errno";
export { errorName } from "./error-name";
export { Lines } from "./lines";
export { listen, Listener, tryListen } from "./listener";
export { Handler, Loop, loop, run, stop } from "./loop";
export { arg, args, check, env, exit, fail, print } from "./process";
export { Stream } from "./stream";
export * from "./structs";
export { bindTcp } from "./tcp";
export { Timer } from "./timer";
