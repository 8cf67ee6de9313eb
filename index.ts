// What `import ... from "tripoll"` finds: the guest SDK.
export * from "./assembly/index";
