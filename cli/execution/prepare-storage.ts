import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import { type Extent, extentOf, extents } from "../../suites/extent.ts"
import type { Effort } from "../../suites/sequences/effort.ts"
import { ProcessLost, Refusal } from "../driver-process/client.ts"
import type { DriverDescription, OpenRequest, StartTargetRequest, TargetDescription } from "../driver-process/protocol.ts"
import { BadInput } from "../input/bad-input.ts"
import type { StorageOptions } from "../input/certify-options.ts"
import type { Parameters } from "../input/parameters.ts"
import { createRedactor, type Redactor, secretParameterNames, textsWithin } from "../input/secrets.ts"
import { type ChoiceOptions, chooseStorage, type StorageChoice } from "../input/storage-choice.ts"
import { Unavailable } from "../input/unavailable.ts"
import type { Backend } from "./backend.ts"

/** What the user says of the storage, and what the run brings to it. */
type PrepareOptions = StorageOptions & {
  readonly seed: number
  readonly runFolder: string
  readonly effort: Effort
  readonly processes?: number
  readonly orderRequests?: boolean
}

/** What a run is to be on. Nothing was started or written yet. */
export interface ChosenStorage {
  readonly driver: DriverDescription
  readonly choice: StorageChoice
}

/** A storage that rules can be run on. */
export interface PreparedStorage {
  readonly driver: DriverDescription
  readonly request: Omit<OpenRequest, "blackBox">
  /** What it is, for the report. */
  readonly description: string
  readonly redactor: Redactor
  /** Whether the backend answered when it was first asked. */
  readonly reachable: ProbeAnswer
  /** The options of the command line that chose this storage, without secrets. */
  readonly replayOptions: readonly string[]
}

/**
 * Gathers the parameters of a driver that the backend's process has loaded. Those of a storage of the user's are held against the
 * driver's schema.
 *
 * @throws BadInput
 */
export async function findStorage(backend: Backend, driver: DriverDescription, options: ChoiceOptions): Promise<ChosenStorage> {
  const choice = await chooseStorage(driver, options)
  if (choice.on === "target") tellIgnored(choice.ignoredVariables)
  else await demandValid(backend, driver, choice.parameters, redactorOf(driver, choice.parameters))
  return { driver, choice }
}

/**
 * Starts the driver's target where the run is to have a storage of its own, and opens it.
 *
 * @throws BadInput, Unavailable
 */
export async function prepareStorage(
  backend: Backend,
  { driver, choice }: ChosenStorage,
  options: PrepareOptions,
): Promise<PreparedStorage> {
  const target =
    choice.on === "target"
      ? await startTarget(backend, driver, { kind: choice.kind, keep: options.keep, bytes: bytesAtATime(options) })
      : undefined
  const parameters = { ...choice.parameters, ...target?.parameters }
  const redactor = redactorOf(driver, parameters)
  if (target !== undefined) await demandValid(backend, driver, parameters, redactor)
  const request = {
    parameters,
    limits: { call: options.timeout },
    runFolder: options.runFolder,
    seed: options.seed,
    extent: options.extent,
    effort: options.effort,
    clientProcesses: options.processes,
    orderRequests: options.orderRequests,
    ownStorage: target !== undefined || driver.capabilities.scope === "process",
  }
  return {
    driver,
    request,
    description:
      target?.description ??
      (driver.capabilities.scope === "process" ? "memory of the driver's own process" : "a storage of your own"),
    redactor,
    reachable: await openAndProbe(backend, driver, request, redactor),
    replayOptions: replayOptions(options, secretParameterNames(driver.parameterSchema, Object.keys(parameters)), redactor),
  }
}

function redactorOf(driver: DriverDescription, parameters: Parameters): Redactor {
  const secretNames = secretParameterNames(driver.parameterSchema, Object.keys(parameters))
  return createRedactor(secretNames.flatMap((name) => textsWithin(parameters[name])))
}

function tellIgnored([first, ...others]: readonly string[]): void {
  if (first === undefined) return
  const variables = others.length === 0 ? `${first} is` : `${first} and ${others.length} more are`
  process.stderr.write(`${variables} set in the environment and not used: --target account would use what stands there\n`)
}

/** Large objects of the rule that has most of them at a time. */
const mostObjects = 3

function bytesAtATime({ extent = extents.small }: StorageOptions): number {
  return mostObjects * extent.bytes
}

async function startTarget(backend: Backend, driver: DriverDescription, request: StartTargetRequest): Promise<TargetDescription> {
  try {
    return await backend.startTarget(request)
  } catch (reason) {
    const why = reason instanceof Error ? reason.message.replace(/^Error: /, "") : String(reason)
    throw new Unavailable(`the target ${driver.target?.name} did not start: ${why}`)
  }
}

async function demandValid(
  backend: Backend,
  driver: DriverDescription,
  parameters: Parameters,
  redactor: Redactor,
): Promise<void> {
  const [issue] = await backend.validate(parameters)
  if (issue === undefined) return
  const missing = issue.parameter !== "" && !Object.hasOwn(parameters, issue.parameter.split(".", 1).join(""))
  const name = issue.parameter
  const what = missing
    ? `needs the parameter "${name}": give it as -p ${name}=… (${issue.message})`
    : `refuses the parameter "${name}": ${issue.message}`
  throw new BadInput(
    redactor.text(name === "" ? `the driver ${driver.name}: ${issue.message}` : `the driver ${driver.name} ${what}`),
  )
}

/** Opens the storage in the process that watches over it: a driver that cannot do so even once is told so, and no rule is run. */
async function openAndProbe(
  backend: Backend,
  driver: DriverDescription,
  request: PreparedStorage["request"],
  redactor: Redactor,
): Promise<ProbeAnswer> {
  try {
    await backend.open(request)
  } catch (reason) {
    if (!(reason instanceof Refusal || reason instanceof ProcessLost)) throw reason
    if (reason instanceof Refusal && reason.kind === "network") return { answers: false, reason: redactor.text(reason.message) }
    throw new BadInput(redactor.text(`the driver ${driver.name} did not open: ${reason.message}`))
  }
  return redactor.deep(await backend.probe(request.limits.call))
}

function replayOptions(options: PrepareOptions, secretNames: readonly string[], redactor: Redactor): readonly string[] {
  const pairs = options.parameter.map((pair) => {
    const name = pair.slice(0, pair.indexOf("="))
    return secretNames.includes(name) ? `${name}=…` : redactor.text(pair)
  })
  return [
    ...pairs.flatMap((pair) => ["-p", pair]),
    ...(options.config === undefined ? [] : ["--config", options.config]),
    ...(options.target === undefined ? [] : ["--target", options.target]),
    ...(options.keep ? ["--keep"] : []),
    ...(options.yes ? ["--yes"] : []),
    ...(options.orderRequests === true ? ["--order-requests"] : []),
    ...(options.processes === undefined ? [] : ["--processes", String(options.processes)]),
    ...replaySize(options.extent ?? extents.small),
  ]
}

function replaySize({ bytes, entries }: Extent): readonly string[] {
  return [
    ...(bytes === extents.small.bytes ? [] : ["--size", String(bytes)]),
    ...(entries === extentOf(bytes).entries ? [] : ["--entries", String(entries)]),
  ]
}
