#!/usr/bin/env node
// Written so that any Node that knows ES modules can read it: it is what tells the user that theirs is too old.

const required = [22, 22]
const version = process.versions.node
const parts = version.split(".").map(Number)
const major = parts[0] as number
const minor = parts[1] as number

if (major < (required[0] as number) || (major === required[0] && minor < (required[1] as number))) {
  process.stderr.write(`storage-driver-conformance needs Node ${required.join(".")} or newer, and this is Node ${version}\n`)
  process.exitCode = 2
} else {
  import("./main.ts").then((cli) => cli.main(process.argv.slice(2)))
}
