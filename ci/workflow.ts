import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { z } from "zod"

/** What our workflows may hold of GitHub's syntax: what is not here would go unexercised. */
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(["read", "write"])),
  env: z.record(z.string(), z.string()).default({}),
  jobs: z.record(
    z.string(),
    z.strictObject({
      "runs-on": z.literal("ubuntu-latest"),
      "timeout-minutes": z.int(),
      defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }).optional(),
      steps: z.array(
        z.union([
          z.strictObject({
            uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/),
            if: z.literal("always()").optional(),
            with: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
          }),
          z.strictObject({ name: z.string(), run: z.string(), if: z.literal("always()").optional() }),
        ]),
      ),
    }),
  ),
})

export type Workflow = z.infer<typeof workflow>

/** @throws where the file is no workflow of this form */
export function readWorkflow(path: string | URL): Workflow {
  return workflow.parse(parse(readFileSync(path, "utf8")))
}
