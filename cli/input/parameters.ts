import { z } from "zod"
import { BadInput, nearest } from "./bad-input.ts"
import { parseYaml } from "./yaml.ts"

/** Parameters of a driver, before its schema. */
export type Parameters = Readonly<Record<string, unknown>>

const jsonSchema = z.object({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).default([]),
  additionalProperties: z.unknown().optional(),
})

/** What the driver's JSON Schema says of its parameters, if it has one. */
export interface ParameterNames {
  readonly known: readonly string[]
  /** Whether others are refused. */
  readonly closed: boolean
  /** The type that the schema gives a parameter. */
  readonly typeOf: (name: string) => string | undefined
}

export function parameterNames(schema: unknown): ParameterNames | undefined {
  const read = jsonSchema.safeParse(schema).data
  if (read === undefined) return undefined
  return {
    known: Object.keys(read.properties),
    closed: read.additionalProperties === false,
    typeOf: (name) => {
      const type: unknown = Reflect.get(Object(read.properties[name]), "type")
      return typeof type === "string" ? type : undefined
    },
  }
}

/**
 * Refuses what is no `key=value`. What was written instead is not shown: it may be a secret whose name was left out.
 *
 * @throws BadInput
 */
export function demandPair(pair: string): void {
  if (pair.indexOf("=") < 1) throw new BadInput('-p takes key=value, and one was given without a key or without "="')
}

/** A parameter as errors name it. A secret whose key was left out may end in "=", as Base64 does, and so pass for a name. */
function named(name: string, value: unknown): string {
  return value === "" || value === "="
    ? 'parameter of that name (not shown, since nothing stands after its "=")'
    : `parameter "${name}"`
}

/**
 * Reads `key=value`, each once. The text is taken as the type that the schema gives the parameter, else as it is.
 *
 * @throws BadInput
 */
export function readPairs(pairs: readonly string[], names: ParameterNames | undefined): Parameters {
  const parameters: Record<string, unknown> = {}
  for (const pair of pairs) {
    demandPair(pair)
    const equals = pair.indexOf("=")
    const name = pair.slice(0, equals)
    if (Object.hasOwn(parameters, name)) throw new BadInput(`the ${named(name, pair.slice(equals + 1))} was given twice`)
    parameters[name] = asType(pair.slice(equals + 1), names?.typeOf(name))
  }
  return parameters
}

/** What does not read as the type stays text: the schema then says what it wants. */
function asType(text: string, type: string | undefined): unknown {
  if ((type === "number" || type === "integer") && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text)
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true"
  if (type !== "object" && type !== "array") return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const prefix = "REGISTRY_STORAGE_"

/** Distribution's name for a parameter in the environment. */
export function variableOf(driver: string, parameter: string): string {
  return `${prefix}${driver.replaceAll("-", "_")}_${parameter}`.toUpperCase()
}

/**
 * Reads Distribution's environment names, `REGISTRY_STORAGE_AZURE_ACCOUNTNAME` and the like. A name that goes on below a parameter
 * of type object is one of its members. Source: Distribution's configuration/parser.go
 */
export function readEnvironment(
  driver: string,
  environment: Readonly<Record<string, string | undefined>>,
  names: ParameterNames | undefined,
): Parameters {
  const parameters: Record<string, unknown> = {}
  const start = variableOf(driver, "")
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(start) || value === undefined) continue
    const name = variable.slice(start.length).toLowerCase()
    const parent = names?.known.find((known) => names.typeOf(known) === "object" && name.startsWith(`${known}_`))
    if (parent === undefined) parameters[name] = asType(value, names?.typeOf(name))
    else parameters[parent] = { ...Object(parameters[parent]), [name.slice(parent.length + 1)]: value }
  }
  return parameters
}

/** What the storage section of a registry's configuration holds beside the driver. */
const sectionsBeside = ["cache", "delete", "maintenance", "redirect", "tag"]
const configuration = z.looseObject({ storage: z.record(z.string(), z.unknown()) })

/**
 * Reads the parameters of a driver from the text of a registry's configuration.
 *
 * @param file for errors
 * @throws BadInput
 */
export function readRegistryConfig(text: string, file: string, driver: string): Parameters {
  const storage = configuration.safeParse(parseYaml(text, file)).data?.storage
  if (storage === undefined) throw new BadInput(`${file} has no "storage" section, as a registry's configuration has`)
  if (!Object.hasOwn(storage, driver)) {
    const others = Object.keys(storage).filter((name) => !sectionsBeside.includes(name))
    const found = others.length === 0 ? "names no driver" : `is for ${others.join(", ")}`
    throw new BadInput(`the "storage" section of ${file} ${found}, and the driver is ${driver}`)
  }
  const parameters = z.record(z.string(), z.unknown()).nullable().safeParse(storage[driver])
  if (!parameters.success) throw new BadInput(`storage.${driver} in ${file} must hold the driver's parameters`)
  return parameters.data ?? {}
}

/**
 * Refuses names that the driver's schema does not list.
 *
 * @throws BadInput
 */
export function refuseUnknown(
  driver: string,
  parameters: Parameters,
  names: ParameterNames | undefined,
  takesParameters: boolean,
): void {
  for (const name of Object.keys(parameters)) {
    if (!takesParameters)
      throw new BadInput(`the driver ${driver} takes no parameters, and a ${named(name, parameters[name])} was given`)
    if (names === undefined || !names.closed || names.known.includes(name)) continue
    const meant = nearest(name, names.known)
    const hint = meant === undefined ? `it takes ${names.known.join(", ")}` : `did you mean "${meant}"?`
    throw new BadInput(`the driver ${driver} has no ${named(name, parameters[name])}: ${hint}`)
  }
}
