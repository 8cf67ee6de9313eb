// What a program is given and how it ends: the argument says which case.

import { arg, args, env, exit, fail, print } from "../../assembly/index";

const which = arg(1);
if (which === "given") {
  print(args().length.toString() + " " + arg(2) + " " + arg(3, "none"));
  print(env("GIVEN")!);
  print(env("PATH") === null ? "not given" : "given");
  print(Math.random().toString());
  exit(7);
}
if (which === "fail") fail("why");
if (which === "throw") throw new Error("no such € thing");
if (which === "assert") assert(args().length === 0);
if (which === "long") assert(false, "x".repeat(5000));
if (which === "unreachable") unreachable();
print("not reached");
