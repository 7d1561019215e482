import {
  type DriverModule,
  DriverModuleError,
  type OpenedStorage,
  readDriverModule,
  type StartedTarget,
  type StartOptions,
} from "../../drivers/define.ts"
import {
  containerStartLimit,
  openStorage,
  type ParameterIssue,
  targetKindsOf,
  targetOf,
  targetStartLimit,
  validateParameters,
} from "../../suites/execution/opening.ts"
import { within } from "../../suites/execution/time-limits.ts"
import type { DriverDescription, StartTargetRequest } from "./protocol.ts"
import { InputRefused } from "./refusals.ts"

/** A driver module, loaded in this process. */
export class LoadedDriver {
  readonly module: DriverModule

  private constructor(module: DriverModule) {
    this.module = module
  }

  /**
   * @param url of the module's file
   * @param reference as the user wrote it, for errors
   * @throws InputRefused, DriverModuleError
   */
  static async load(url: string, reference: string): Promise<LoadedDriver> {
    const late = (): Error => new InputRefused(`${reference} did not load within ${loadLimit / 1_000} s`)
    const exported = await within(loadLimit, importModule(url, reference), late)
    return new LoadedDriver(readDriverModule(exported, reference))
  }

  async describe(): Promise<DriverDescription> {
    const { name, capabilities, parameters } = this.module
    const target = await targetOf(this.module)
    return {
      name,
      capabilities: { ...capabilities },
      parameterSchema: jsonSchemaOf(parameters),
      takesParameters: parameters !== undefined,
      target:
        target === undefined
          ? null
          : {
              name: target.name,
              provides: [...target.provides],
              kinds: await targetKindsOf(this.module),
              emulates: target.emulates ?? null,
            },
    }
  }

  async validate(parameters: Readonly<Record<string, unknown>>): Promise<readonly ParameterIssue[]> {
    const validated = await validateParameters(this.module, parameters)
    return validated.valid ? [] : validated.issues
  }

  async startTarget({ kind, keep, bytes }: StartTargetRequest, { signal, tell }: StartOptions): Promise<StartedTarget> {
    const target = await targetOf(this.module, kind)
    if (target === undefined) throw new Error(`the driver ${this.module.name} names no target`)
    const limit = AbortSignal.timeout(kind === "container" ? containerStartLimit : targetStartLimit)
    return target.start({ signal: AbortSignal.any([signal, limit]), keep, bytes, ...(tell === undefined ? {} : { tell }) })
  }

  /**
   * @param parameters as they came, before the schema
   * @param milliseconds after which opening counts as failed
   */
  async open(parameters: Readonly<Record<string, unknown>>, milliseconds: number): Promise<OpenedStorage> {
    const validated = await validateParameters(this.module, parameters)
    if (!validated.valid)
      throw new InputRefused(validated.issues.map(({ parameter, message }) => `${parameter} ${message}`.trim()).join("; "))
    return openStorage(this.module, validated.value, milliseconds)
  }
}

/** Milliseconds for a module to be imported. */
const loadLimit = 30_000

const typescriptEndings = /\.(ts|mts|cts)$/

async function importModule(url: string, reference: string): Promise<unknown> {
  // Node strips types, but resolves "./x.js" to no "./x.ts" and knows no enums: a driver is loaded as its author's tools would.
  if (typescriptEndings.test(url)) {
    const { register } = await import("tsx/esm/api")
    register()
  }
  let module: Readonly<Record<string, unknown>>
  try {
    module = await import(url)
  } catch (reason) {
    const sentence = sentenceOf(reason)
    // TypeScript without a package of modules is compiled to CommonJS, which has none.
    const cure = /top-level await/i.test(sentence) ? '; name it .mts, or put "type": "module" into its package.json' : ""
    throw new InputRefused(`${reference} cannot be loaded: ${sentence}${cure}`)
  }
  if (!("default" in module))
    throw new DriverModuleError(`${reference} has no driver in it: it must "export default defineDriver({ name, open })"`)
  // A module compiled to CommonJS has its exports one level deeper.
  const exported = module["default"]
  return typeof exported === "object" && exported !== null && "__esModule" in exported && "default" in exported
    ? exported.default
    : exported
}

/** The first line of the reason, and the one after it where the first only announces it: a syntax error is told with its place so. */
function sentenceOf(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason)
  const [first = "", second = ""] = text.split("\n").filter((line) => line.trim() !== "")
  return first.trimEnd().endsWith(":") ? `${first.trimEnd()} ${second.trim()}` : first
}

/** Schemas that describe themselves as JSON Schema do so under "~standard" too (Standard JSON Schema). */
function jsonSchemaOf(schema: DriverModule["parameters"]): Readonly<Record<string, unknown>> | null {
  const standard: object | undefined = schema?.["~standard"]
  const converter: unknown = standard === undefined ? undefined : Reflect.get(standard, "jsonSchema")
  if (typeof converter !== "object" || converter === null) return null
  const input: unknown = Reflect.get(converter, "input")
  if (typeof input !== "function") return null
  try {
    return input.call(converter, { target: "draft-2020-12" })
  } catch {
    return null // a schema may hold what JSON Schema cannot say: then names are left to the schema itself
  }
}
