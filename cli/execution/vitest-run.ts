import { fileURLToPath } from "node:url"
import { BaseSequencer, type CliOptions, createVitest, type TestSpecification } from "vitest/node"
import { levels, type Rule, subjectOf } from "../../suites/rule.ts"
import { BadInput } from "../input/bad-input.ts"
import { readVitestOptions, refusalOf } from "../input/vitest-options.ts"
import { patientStream } from "./patient-stream.ts"

export interface VitestRunOptions {
  /** Absolute paths of the files with the rules, in the order in which they are to be run. */
  readonly files: readonly string[]
  readonly rules: readonly Rule[]
  /** Rules under way at a time. */
  readonly concurrency: number
  /** Vitest's own options, as written on the command line: tags, shard, reporters … */
  readonly passThrough: readonly string[]
}

/**
 * Runs rules as tests of Vitest's, in a thread of this process. A configuration in the user's folder is not looked at. The verdict
 * comes from the rules' outcomes; what Vitest makes of them is for its own reporters.
 */
export async function runWithVitest({ files, rules, concurrency, passThrough }: VitestRunOptions): Promise<void> {
  const ours = fileURLToPath(new URL("../..", import.meta.url))
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
  const options = readVitestOptions(passThrough, process.cwd())
  const reporters = [options.reporter ?? []].flat()
  const exitCode = process.exitCode
  const signalsAreSet = refuseSignalListeners()
  const outputs = { stdout: patientStream(process.stdout), stderr: patientStream(process.stderr) }
  const include = files.map((file) => file.replaceAll("\\", "/"))
  /** As given: by itself Vitest has the largest first, and what an empty storage has to show comes too late then. */
  class AsGiven extends BaseSequencer {
    override async sort(chosen: TestSpecification[]): Promise<TestSpecification[]> {
      return chosen.toSorted((one, other) => include.indexOf(one.moduleId) - include.indexOf(other.moduleId))
    }
  }
  const settings: CliOptions = {
    sequence: { sequencer: AsGiven },
    ...options,
    config: false,
    root: ours,
    dir: ours,
    watch: false,
    run: true,
    include,
    exclude: [],
    runner: fileURLToPath(new URL(`./rule-runner.${extension}`, import.meta.url)),
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    maxConcurrency: concurrency,
    testTimeout: 0,
    // A rule that is broken once is broken: what a second try made of it would hide that.
    retry: 0,
    passWithNoTests: true,
    // It would be written into the installed package.
    cache: false,
    tags: [...levels, ...new Set(rules.map(subjectOf))].map((name) => ({ name })),
    provide: { chosenRules: rules.map((rule) => rule.id) },
    reporters: reporters.length === 0 ? [{}] : reporters,
  }
  const creating = createVitest(settings, {}, outputs)
  // Without options of the user's nothing can be wrong with them.
  const vitest = await creating
    .catch((reason: unknown) => {
      throw passThrough.length === 0 ? reason : new BadInput(refusalOf(passThrough, reason))
    })
    .finally(signalsAreSet)
  try {
    const { testModules, unhandledErrors } = await vitest.start()
    // A file that could not be collected has run none of its rules, and must not pass for one that had none to run.
    const [error] = [...unhandledErrors, ...testModules.flatMap((module) => module.errors())]
    if (error !== undefined) throw new Error(messageOf(error))
  } catch (reason) {
    throw passThrough.length === 0 ? reason : new BadInput(refusalOf(passThrough, reason))
  } finally {
    await vitest.close()
    process.exitCode = exitCode
  }
}

function messageOf(error: unknown): string {
  const message: unknown = Reflect.get(Object(error), "message")
  return typeof message === "string" ? message : String(error)
}

/** Vitest ends the process at the first signal; a run is to clean up first. Gives a function that lets listeners be added again. */
function refuseSignalListeners(): () => void {
  const refuse = (event: string | symbol, listener: (...given: unknown[]) => void): void => {
    // Told before the listener is added.
    if (event === "SIGINT" || event === "SIGTERM") queueMicrotask(() => process.off(event, listener))
  }
  process.on("newListener", refuse)
  return () => process.off("newListener", refuse)
}
