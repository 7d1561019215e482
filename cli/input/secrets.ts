import { z } from "zod"

/** Takes secrets out of text, and out of every text within a value. */
export interface Redactor {
  readonly text: (text: string) => string
  readonly deep: <Value>(value: Value) => Value
}

const hidden = "[hidden]"

/** What is secret by its form, wherever it comes from. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/([?&;]sig=)[^&\s"']+/gi, `$1${hidden}`],
  [/(AccountKey=)[^;\s"']+/gi, `$1${hidden}`],
  [/(SharedAccessSignature=)[^;\s"']+/gi, `$1${hidden}`],
  [/(SharedKey(?:Lite)? [^:\s]+:)[A-Za-z0-9+/=]+/g, `$1${hidden}`],
  [/(Bearer )[A-Za-z0-9._~+/-]+=*/g, `$1${hidden}`],
]

/** Shorter values are words such as "true": to replace them everywhere would hide nothing and garble much. */
const shortestSecret = 6

/** @param secrets values that must not be seen, in any of the encodings in which they travel */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length)
  const text = (original: string): string => {
    const replaced = longestFirst.reduce((result, secret) => result.replaceAll(secret, hidden), original)
    return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), replaced)
  }
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value)
    if (Array.isArray(value)) return value.map(deep)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, deep(entry)]))
  }
  return { text, deep: <Value>(value: Value) => deep(value) as Value }
}

const secretNames = /key|secret|token|password|credential|connectionstring|signature|sas(?![a-z])/i
const propertySchema = z.object({
  properties: z.record(z.string(), z.object({ writeOnly: z.boolean(), format: z.string() }).partial()),
})

/**
 * Which parameters hold a secret: those that the driver's JSON Schema marks `writeOnly` or as a password, and those whose name says
 * so, for schemas that mark nothing.
 */
export function secretParameterNames(jsonSchema: unknown, names: readonly string[]): readonly string[] {
  const properties = propertySchema.safeParse(jsonSchema).data?.properties ?? {}
  return names.filter((name) => {
    const property = properties[name]
    return property?.writeOnly === true || property?.format === "password" || secretNames.test(name)
  })
}

/** All texts within a value. */
export function textsWithin(value: unknown): readonly string[] {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap(textsWithin)
}
