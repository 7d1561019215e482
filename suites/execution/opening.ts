import { type DriverModule, type OpenedStorage, readOpenedStorage, type Target } from "../../drivers/define.ts"
import { within } from "./time-limits.ts"

/** One complaint of a schema about one parameter. */
export interface ParameterIssue {
  /** The parameter's name, its parts joined by dots; "" where the complaint is about all of them. */
  readonly parameter: string
  readonly message: string
}

export type ValidatedParameters =
  | { readonly valid: true; readonly value: unknown }
  | { readonly valid: false; readonly issues: readonly ParameterIssue[] }

/** Holds parameters against the module's schema; a module without one takes them as they are. */
export async function validateParameters(module: DriverModule, parameters: unknown): Promise<ValidatedParameters> {
  if (module.parameters === undefined) return { valid: true, value: parameters }
  const result = await module.parameters["~standard"].validate(parameters)
  if (result.issues === undefined) return { valid: true, value: result.value }
  const issues = result.issues.map(({ message, path }) => ({
    parameter: (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }))
  return { valid: false, issues }
}

/** An opened storage, and ways to open it wrongly. */
export interface TestedStorage extends OpenedStorage {
  /** Opens what each of the module's misconfigurations leads to, by its name. Many drivers refuse only the calls after that. */
  readonly misconfigured?: Readonly<Record<string, () => Promise<OpenedStorage>>>
}

/**
 * Opens a storage.
 *
 * @param parameters as the schema gave them
 * @param milliseconds after which opening counts as failed
 * @throws OpeningHung, DriverModuleError where `open` gives no storage, or whatever `open` rejects with
 */
export async function openStorage(module: DriverModule, parameters: unknown, milliseconds: number): Promise<TestedStorage> {
  const storage = await openWith(module, parameters, milliseconds)
  const misconfigured = Object.entries(module.misconfigurations ?? {}).map(([name, spoil]) => {
    const open = async (): Promise<OpenedStorage> => openWith(module, spoil(parameters), milliseconds)
    return [name, open] as const
  })
  const { capabilities, traffic } = storage
  return {
    connect: (options) => storage.connect(options),
    close: () => storage.close(),
    ...(capabilities && { capabilities }),
    ...(traffic && { traffic: () => traffic.call(storage) }),
    misconfigured: Object.fromEntries(misconfigured),
  }
}

async function openWith(module: DriverModule, parameters: unknown, milliseconds: number): Promise<OpenedStorage> {
  const opening = Promise.resolve(module.open({ parameters, signal: AbortSignal.timeout(milliseconds) }))
  const late = (): Error => new OpeningHung(`open() did not settle within ${milliseconds} ms`)
  return readOpenedStorage(await within(milliseconds, opening, late), `open() of the driver ${module.name}`)
}

/** Nothing came of `open`: the backend may be gone. */
export class OpeningHung extends Error {
  override readonly name = "OpeningHung"
}

/** How a target is had: as the module names or brings it, or in a container. */
export type TargetKind = "embedded" | "container"

/** The target that a module names or brings. Bundled ones are loaded only when they are asked for. */
export async function targetOf(module: DriverModule, kind: TargetKind = "embedded"): Promise<Target | undefined> {
  if (typeof module.target !== "string") return kind === "embedded" ? module.target : undefined
  const { bundledTargets, containerTargets } = await import("../../fixtures/targets/index.ts")
  return kind === "embedded" ? bundledTargets[module.target] : containerTargets[module.target]?.()
}

/** The kinds in which a module's target can be had. */
export async function targetKindsOf({ target }: DriverModule): Promise<readonly TargetKind[]> {
  if (target === undefined) return []
  const { containerTargets } = await import("../../fixtures/targets/index.ts")
  return typeof target === "string" && Object.hasOwn(containerTargets, target) ? ["embedded", "container"] : ["embedded"]
}

export interface OwnStorage extends TestedStorage {
  /** What another process opens it with, before the schema. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/**
 * Opens a storage on a backend of its own: one that is started for it, where the driver names one, and thrown away when it is closed.
 *
 * @throws Error for parameters of the target that the driver's schema refuses, or whatever starting and opening reject with
 */
export async function openOnOwnTarget(module: DriverModule): Promise<OwnStorage> {
  const target = await (await targetOf(module))?.start({ signal: AbortSignal.timeout(targetStartLimit) })
  const parameters = target?.parameters ?? {}
  try {
    const validated = await validateParameters(module, parameters)
    if (!validated.valid) throw new Error(`${module.name}: ${JSON.stringify(validated.issues)}`)
    const storage = await openStorage(module, validated.value, targetStartLimit)
    const close = async (): Promise<void> => {
      await storage.close()
      await target?.stop()
    }
    return { ...storage, parameters, close }
  } catch (reason) {
    await target?.stop()
    throw reason
  }
}

/** Milliseconds for a target to start. */
export const targetStartLimit = 60_000

/** Milliseconds for one whose image may have to be pulled first. */
export const containerStartLimit = 600_000
