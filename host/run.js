#!/usr/bin/env node
// Starts the command line, or says in one sentence why not; old versions of Node can read this.
const cli = "../build/host/cli.js";
const refuse = (why) => process.stderr.write(`tripoll: ${why}\n`, () => process.exit(2));
const run = ({ main }) => main(process.argv.slice(2)).then((code) => process.exit(code));
const fail = ({ code, stack }) =>
  refuse(code === "ERR_MODULE_NOT_FOUND" ? "not built; run npm ci && npm run build first" : stack);
if (process.platform !== "linux" || Number(process.versions.node.split(".")[0]) < 20)
  refuse(`needs Linux and Node 20 or newer; this is ${process.platform}, Node ${process.version}`);
else import(cli).then(run, fail); // oxlint-disable-line unicorn/prefer-top-level-await
