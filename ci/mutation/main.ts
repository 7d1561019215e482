import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { Stryker } from "@stryker-mutator/core"

/**
 * Mutation by machine: Stryker puts one small change after the other into our own drivers, and the certification suite, not their unit
 * tests, has to fail; then into the executable specification, with its own tests. docs/mutation.md says what became of the survivors.
 *
 *     npm run mutation -- inmemory
 */
const certification = "ci/mutation/certification.ts"

interface Subject {
  /** What is mutated. */
  readonly mutate: readonly string[]
  /** The tests that have to fail. */
  readonly tests: string
  /** The driver that they certify. */
  readonly driver?: string
}

const subjects: Readonly<Record<string, Subject>> = {
  inmemory: { mutate: ["drivers/inmemory/*.ts"], tests: certification, driver: "inmemory" },
  shared: { mutate: ["drivers/base.ts", "drivers/walk.ts"], tests: certification, driver: "inmemory" },
  filesystem: {
    mutate: ["drivers/filesystem/*.ts", "!drivers/filesystem/*.test.ts", "!drivers/filesystem/test-storage.ts"],
    tests: certification,
    driver: "filesystem",
  },
  specification: {
    mutate: ["suites/specification/*.ts", "!suites/specification/*.test.ts"],
    tests: "suites/specification/*.test.ts",
  },
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: String(availableParallelism()) },
    /** Instead of all that is the subject's: "drivers/walk.ts:20-40". */
    mutate: { type: "string", multiple: true },
  },
})

for (const name of positionals.length === 0 ? Object.keys(subjects) : positionals) {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(`there is no subject ${name}: ${Object.keys(subjects).join(", ")}`)
  process.stdout.write(`${name}: ${await scoreOf(subject)}\n`)
}

async function scoreOf({ mutate, tests, driver }: Subject): Promise<string> {
  process.env["MUTATION_TESTS"] = tests
  process.env["MUTATED_DRIVER"] = driver ?? ""
  const stryker = new Stryker({
    mutate: values.mutate ?? [...mutate],
    // What a message says is no part of the contract.
    mutator: { excludedMutations: ["StringLiteral"] },
    testRunner: "vitest",
    vitest: { configFile: "ci/mutation/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner"],
    ignorePatterns: ["dist", "docs"],
    // It would rewrite paths in it with an API that TypeScript 7 has no more; there are none to rewrite.
    tsconfigFile: "none",
    reporters: ["clear-text"],
    clearTextReporter: { logTests: false, reportTests: false },
    concurrency: Number(values.workers),
    timeoutMS: 20_000,
    ignoreStatic: true,
    allowEmpty: false,
  })
  const results = await stryker.runMutationTest()
  const count = (...statuses: readonly string[]): number => results.filter(({ status }) => statuses.includes(status)).length
  const killed = count("Killed", "Timeout")
  const judged = killed + count("Survived", "NoCoverage")
  return `${killed} of ${judged} killed, ${((100 * killed) / judged).toFixed(1)} %`
}
