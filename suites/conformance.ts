import { randomBytes } from "node:crypto"
import { errorCodeOf } from "../drivers/contract.ts"
import type { DriverModule, OpenedStorage, StartedTarget } from "../drivers/define.ts"
import type { SuiteName } from "./catalogue.ts"
import type { TestedStorage } from "./execution/opening.ts"
import type { Failure, RuleOutcome } from "./execution/outcome.ts"
import { numberOf } from "./execution/trace.ts"
import type { Rule } from "./rule.ts"

/** The test runner that the rules are registered with: that of Vitest, Jest, Mocha or `node:test`. */
export interface HostRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly test: HostTest
  /** Without it the storage is opened, and its target started, for every rule anew. */
  readonly afterAll?: (body: () => Promise<void>) => unknown
}

interface HostTest {
  (name: string, body: () => Promise<void>): unknown
  readonly skip: (name: string, body: () => Promise<void>) => unknown
}

export interface ConformanceOptions {
  /** Default `contract`. What a suite cannot do in the runner's own process is skipped: rules of `scale` that kill a process, for example. */
  readonly suite?: SuiteName
  /** Parameters of the driver, before its schema. Without them its target is started, where it has one. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** 32 bits; default: a new one each time, told in each failure. */
  readonly seed?: number
  /** Milliseconds for a call into the driver; default 10,000, and 120,000 in the suite `scale`. A rule takes longer: see the runner's own. */
  readonly timeout?: number
  /** Which rules; default all. */
  readonly select?: (rule: Pick<Rule, "id" | "level">) => boolean
}

/**
 * Registers the rules as tests of the caller's own runner. They run in the runner's process: a driver that blocks or ends it takes
 * the tests along, which the command does not let happen.
 *
 *     await conformance(driver, { describe, test, afterAll })
 */
export async function conformance(driver: DriverModule, host: HostRunner, options: ConformanceOptions = {}): Promise<void> {
  const { loadSuite } = await import("./catalogue.ts")
  const { resolveCapabilities } = await import("./needs.ts")
  const suite = await loadSuite(options.suite ?? "contract")
  const ownStorage = options.parameters === undefined && (driver.target !== undefined || driver.capabilities?.scope === "process")
  const session = new Session(driver, { ...options, seed: options.seed ?? randomBytes(4).readInt32LE(), ownStorage })
  const misconfigurations = Object.keys(driver.misconfigurations ?? {})
  const declared = { ownStorage, misconfigurations, capabilities: resolveCapabilities(driver.capabilities) }
  host.describe(`${driver.name} keeps the ${suite.name} of a storage driver`, () => {
    for (const rule of suite.rules.filter((candidate) => options.select?.(candidate) ?? true)) {
      const unmet = rule.needs.map((need) => need.unmet(declared)).find((reason) => reason !== undefined)
      const register = unmet === undefined ? host.test : host.test.skip
      register(unmet === undefined ? rule.id : `${rule.id} (${unmet})`, async (...[context]: readonly unknown[]) => {
        try {
          const outcome = await session.run(rule)
          if (outcome.status === "not-run") skip(context, outcome.reason)
          else demand(rule, outcome, session.seed)
        } finally {
          if (host.afterAll === undefined) await session.end()
        }
      })
    }
    host.afterAll?.(() => session.end())
  })
}

/**
 * Skips a test that is under way: what the rule is about may turn out only when the storage is opened. Where the runner gives its tests
 * nothing to skip with, the test passes.
 */
function skip(context: unknown, reason: string): void {
  const skipTest: unknown = Reflect.get(Object(context), "skip")
  if (typeof skipTest === "function") Reflect.apply(skipTest, context, [reason])
}

/** @throws Error unless the rule passed */
function demand(rule: Rule, outcome: Exclude<RuleOutcome, { readonly status: "not-run" }>, seed: number): void {
  if (outcome.status === "passed") return
  if (outcome.status === "inconclusive") throw new Error(`${rule.id} could not be judged: ${outcome.reason}`)
  const what = outcome.status === "failed" ? rule.statement : "The rule could not be judged, since its set-up failed."
  throw new Error(
    [`${rule.level} ${rule.id}: ${what}`, ...linesOf(outcome.failure), `source: ${rule.source}`, `seed: ${seed}`].join("\n"),
  )
}

function linesOf(failure: Failure): string[] {
  const calls = failure.calls.map(
    (call, index) =>
      `  ${numberOf(index, failure.calls.length, failure.totalCalls)}. ${call.method}(${call.arguments.join(", ")}) → ${call.outcome}`,
  )
  const broken = failure.brokenRule === undefined ? [] : [`broken: ${failure.brokenRule}`]
  return [
    ...broken,
    `expected ${failure.expected}`,
    `got ${failure.actual}`,
    ...calls,
    ...failure.example.map((line) => `  ${line}`),
  ]
}

interface SessionOptions extends ConformanceOptions {
  readonly seed: number
  readonly ownStorage: boolean
}

interface OpenSession {
  readonly storage: TestedStorage
  readonly target: StartedTarget | undefined
}

/** The storage that the rules of one call of `conformance` run on: opened when the first of them runs. */
class Session {
  readonly seed: number
  readonly #driver: DriverModule
  readonly #options: SessionOptions
  readonly #runFolder = `/conformance-${randomBytes(6).toString("hex")}`
  #opened: Promise<OpenSession> | undefined

  constructor(driver: DriverModule, options: SessionOptions) {
    this.#driver = driver
    this.#options = options
    this.seed = options.seed
  }

  async run(rule: Rule): Promise<RuleOutcome> {
    const { runRule } = await import("./execution/run-rule.ts")
    const { usualCallLimit } = await import("./execution/time-limits.ts")
    const { resolveCapabilities } = await import("./needs.ts")
    this.#opened ??= this.#open()
    const { storage } = await this.#opened
    return runRule(rule, {
      storage,
      surroundings: {
        ownStorage: this.#options.ownStorage,
        capabilities: resolveCapabilities(this.#driver.capabilities, storage.capabilities),
      },
      limits: { call: this.#options.timeout ?? usualCallLimit(this.#options.suite ?? "contract") },
      runFolder: this.#runFolder,
      seed: this.seed,
    })
  }

  /** Removes what was stored, and lets go of the storage. */
  async end(): Promise<void> {
    const opened = await this.#opened
    this.#opened = undefined
    if (opened === undefined) return
    if (!this.#options.ownStorage) await this.#removeRunFolder(opened.storage)
    await opened.storage.close()
    await opened.target?.stop()
  }

  async #open(): Promise<OpenSession> {
    const { openStorage, targetOf, targetStartLimit, validateParameters } = await import("./execution/opening.ts")
    const target = this.#options.ownStorage ? await targetOf(this.#driver) : undefined
    const started = await target?.start({ signal: AbortSignal.timeout(targetStartLimit) })
    const validated = await validateParameters(this.#driver, this.#options.parameters ?? started?.parameters ?? {})
    if (!validated.valid) {
      throw new Error(
        `parameters of ${this.#driver.name}: ${validated.issues.map(({ parameter, message }) => `${parameter} ${message}`.trim()).join("; ")}`,
      )
    }
    return { storage: await openStorage(this.#driver, validated.value, targetStartLimit), target: started }
  }

  async #removeRunFolder(storage: OpenedStorage): Promise<void> {
    const driver = await storage.connect()
    try {
      await driver.delete(this.#runFolder)
    } catch (reason) {
      if (errorCodeOf(reason) !== "PathNotFound") throw reason
    } finally {
      await driver.close?.()
    }
  }
}
