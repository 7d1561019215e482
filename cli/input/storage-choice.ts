import type { TargetKind } from "../../suites/execution/opening.ts"
import type { DriverDescription } from "../driver-process/protocol.ts"
import { BadInput } from "./bad-input.ts"
import type { CertifyOptions, StorageOptions } from "./certify-options.ts"
import {
  type Parameters,
  parameterNames,
  readEnvironment,
  readPairs,
  readRegistryConfig,
  refuseUnknown,
  variableOf,
} from "./parameters.ts"
import { readText } from "./read-text.ts"

/** What a run is to be on. */
export type StorageChoice =
  | {
      /** A backend that is started for the run. */
      readonly on: "target"
      readonly kind: TargetKind
      /** Beside those that the target gives. */
      readonly parameters: Parameters
      /** Variables of the environment that name a storage of the user's, and were not asked for. */
      readonly ignoredVariables: readonly string[]
    }
  | {
      /** A storage of the user's own. */
      readonly on: "account"
      readonly parameters: Parameters
    }

export type ChoiceOptions = StorageOptions & Pick<CertifyOptions, "processes">

/**
 * Parameters come from `-p`, then the environment, then the registry's configuration. The environment alone never turns a run at the
 * suite's own backend into one at an account: what is meant for a registry in production may stand there.
 *
 * @throws BadInput
 */
export async function chooseStorage(driver: DriverDescription, options: ChoiceOptions): Promise<StorageChoice> {
  if (driver.capabilities.scope === "process") demandOneProcess(driver, options)
  const names = parameterNames(driver.parameterSchema)
  const pairs = readPairs(options.parameter, names)
  refuseUnknown(driver.name, pairs, names, driver.takesParameters)
  const provided = driver.target?.provides ?? []
  const ofTheirOwn = options.config !== undefined || Object.keys(pairs).some((name) => provided.includes(name))
  const kind = options.target ?? (driver.target === null || ofTheirOwn ? "account" : "embedded")
  if (options.keep && kind !== "container") throw new BadInput("--keep is for --target container: nothing else is worth keeping")
  const environment = driver.takesParameters ? readEnvironment(driver.name, process.env, names) : {}
  if (kind !== "account") {
    demandKind(driver, kind)
    if (ofTheirOwn)
      throw new BadInput(`--target ${kind} starts a backend of its own: leave out --config and the parameters of yours`)
    const ignored = Object.keys(environment).filter((name) => provided.includes(name))
    return { on: "target", kind, parameters: pairs, ignoredVariables: ignored.map((name) => variableOf(driver.name, name)) }
  }
  const config =
    options.config === undefined
      ? {}
      : readRegistryConfig(await readText(options.config, `--config ${options.config}`), options.config, driver.name)
  const parameters = { ...config, ...environment, ...pairs }
  refuseUnknown(driver.name, parameters, names, driver.takesParameters)
  return { on: "account", parameters }
}

function demandOneProcess({ name }: DriverDescription, { target, processes }: ChoiceOptions): void {
  const option = target === "account" ? "--target account" : processes === undefined ? undefined : "--processes"
  if (option !== undefined)
    throw new BadInput(
      `${option} is for a storage outside of the process, and that of the driver ${name} is within: leave it out`,
    )
}

function demandKind({ name, target }: DriverDescription, kind: TargetKind): void {
  if (target === null) throw new BadInput(`--target ${kind}: the driver ${name} names no backend that could be started`)
  if (!target.kinds.includes(kind))
    throw new BadInput(
      `--target ${kind}: what the driver ${name} runs on (${target.name}) is had as --target ${target.kinds} only`,
    )
}
