import { readdir } from "node:fs/promises"
import { describe, expect, test } from "vitest"
import manifest from "../package.json" with { type: "json" }
import { readWorkflow } from "./workflow.ts"

const folders = ["../.github/workflows/", "./workflows/"].map((folder) => new URL(folder, import.meta.url))
const files = await Promise.all(
  folders.map(async (folder) => (await readdir(folder)).map((name) => [name, new URL(name, folder)] as const)),
)

describe.each(files.flat())("the workflow %s", (_name, path) => {
  test("is of the form that can be exercised, and asks for no more than it needs", () => {
    expect(readWorkflow(path).permissions).toEqual({ contents: "read" })
  })

  test("runs scripts that there are", () => {
    const runs = Object.values(readWorkflow(path).jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => ("run" in step ? [step.run] : [])),
    )
    const scripts = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? ""))
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([])
  })
})
