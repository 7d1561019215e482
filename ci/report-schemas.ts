import { z } from "zod"
import { benchReport } from "../cli/bench/result.ts"
import { jsonReport } from "../cli/reports/json.ts"

/** The forms of the JSON reports, as JSON Schema by their file in `docs/reports`. A reader has to bear members that are new to it. */
export function renderReportSchemas(): Readonly<Record<string, string>> {
  const schemas = { "certify.schema.json": jsonReport, "bench.schema.json": benchReport }
  return Object.fromEntries(
    Object.entries(schemas).map(([file, schema]) => [
      file,
      `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`,
    ]),
  )
}
