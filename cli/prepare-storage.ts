import { randomBytes } from "node:crypto"
import type { ProbeAnswer } from "../suites/execution/confirm.ts"
import { BadInput } from "./bad-input.ts"
import type { Backend } from "./execution/backend.ts"
import { Refusal } from "./execution/driver-process-client.ts"
import type { DriverDescription, OpenRequest } from "./execution/protocol.ts"
import { gatherParameters, readRegistryConfig } from "./parameters.ts"
import { createRedactor, type Redactor, secretParameterNames } from "./secrets.ts"

/** What the user says of the storage to run on. */
export interface StorageOptions {
  /** `key=value`, each. */
  readonly parameter: readonly string[]
  /** Path of a registry's configuration. */
  readonly config?: string
  readonly target?: "embedded" | "account"
  /** Milliseconds for a call into the driver. */
  readonly timeout: number
  readonly seed: number
}

/** A storage that rules can be run on. */
export interface PreparedStorage {
  readonly driver: DriverDescription
  readonly request: Omit<OpenRequest, "blackBox">
  /** What it is, for the report. */
  readonly description: string
  readonly redactor: Redactor
  /** Names of the parameters that hold a secret. */
  readonly secretNames: ReadonlySet<string>
  /** Whether the backend answered when it was first asked. */
  readonly reachable: ProbeAnswer
}

/**
 * Loads the driver, gathers its parameters, starts its target where the run is to have a storage of its own, and opens it.
 *
 * @throws BadInput
 */
export async function prepareStorage(backend: Backend, options: StorageOptions): Promise<PreparedStorage> {
  const driver = await backend.load()
  const given = await gatherGiven(driver, options)
  const embedded = await startTargetIfMeant(backend, driver, given)
  const parameters = { ...given.parameters, ...embedded?.parameters }
  const secretNames = new Set(secretParameterNames(driver.parameterSchema, Object.keys(parameters)))
  const redactor = createRedactor(secretsOf(parameters, secretNames))
  await checkParameters(backend, driver, parameters, redactor)
  const ownStorage = embedded !== undefined || driver.capabilities.scope === "process"
  const request = {
    parameters,
    limits: { call: options.timeout },
    runFolder: `/conformance-${randomBytes(6).toString("hex")}`,
    seed: options.seed,
    ownStorage,
  }
  const reachable = await openAndProbe(backend, driver, request, redactor)
  return { driver, request, description: embedded?.description ?? describeOwn(driver), redactor, secretNames, reachable }
}
