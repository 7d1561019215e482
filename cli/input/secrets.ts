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

/** A shorter value is taken out where it stands by itself only: to replace it within words would garble much and hide nothing. */
const shortestWithinWords = 6

/** Members by which results are told apart. Their texts are the suite's own, and stay what they are whatever a secret is. */
const ownMembers: readonly string[] = ["ruleId", "brokenRule", "status", "because", "doubt"]

/** @param secrets values that must not be seen, in any of the encodings in which they travel */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets.flatMap((secret) => [secret, encoded(secret), JSON.stringify(secret).slice(1, -1)])
  const longestFirst = [...new Set(forms)].filter((form) => form !== "").sort((one, other) => other.length - one.length)
  const replaceable = longestFirst.map((form) => (form.length >= shortestWithinWords ? form : asWholeWord(form)))
  const text = (original: string): string => {
    const replaced = replaceable.reduce<string>((result, form) => result.replaceAll(form, hidden), original)
    return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), replaced)
  }
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value)
    if (Array.isArray(value)) return value.map(deep)
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([name, entry]) => [name, ownMembers.includes(name) ? entry : deep(entry)]))
  }
  return { text, deep: <Value>(value: Value) => deep(value) as Value }
}

/** A URL has no place for half of a surrogate pair: such a secret does not travel in one. */
function encoded(secret: string): string {
  return secret.isWellFormed() ? encodeURIComponent(secret) : secret
}

function asWholeWord(form: string): RegExp {
  const literal = form.replace(/[$()*+./?[\\\]^{|}]/g, "\\$&")
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "gu")
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
