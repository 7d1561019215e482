import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { renderReportSchemas } from "./report-schemas.ts"

test.each(Object.entries(renderReportSchemas()))(
  "docs/reports/%s is what the command writes: else run npm run docs",
  async (file, schema) => {
    expect(await readFile(new URL(`../docs/reports/${file}`, import.meta.url), "utf8")).toBe(schema)
  },
)
