// What the bench runs on: without it a figure says nothing.

import { readFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { compiler, output, ROOT } from "./programs.ts";
import { parseCpuList } from "./stats.ts";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  cc: string;
  tripoll: string;
  /** The CPUs that the server and the load are pinned to; the same one if there is but one. */
  serverCpu: number;
  loadCpu: number;
}

export async function describeMachine(): Promise<Machine> {
  const status = readFileSync("/proc/self/status", "utf8");
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status);
  const cpus = parseCpuList(list?.[1] ?? "0");
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [cc] = (await output([compiler(), "--version"])).split("\n");
  return {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    cc: cc!,
    tripoll: manifest.version,
    serverCpu: cpus[0]!,
    loadCpu: cpus[1] ?? cpus[0]!,
  };
}

export function machineText(m: Machine): string {
  const shared = m.serverCpu === m.loadCpu ? ": one CPU for both, so ratios mean little" : "";
  return [
    `machine   ${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.kernel}`,
    `versions  tripoll ${m.tripoll}, node ${m.node}, ${m.cc}`,
    `pinned    server to CPU ${m.serverCpu}, load to CPU ${m.loadCpu}${shared}`,
    "",
  ].join("\n");
}
