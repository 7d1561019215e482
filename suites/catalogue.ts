import { readdir } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { Rule } from "./rule.ts"

/** A set of rules that is run by name. */
export interface Suite {
  readonly name: SuiteName
  /** In the order in which they are run: first what a storage has to show that nothing was stored in, then by subject and file. */
  readonly rules: readonly Rule[]
  /** Absolute paths of the files that hold the rules, one a subject. */
  readonly files: readonly string[]
}

export const suiteNames = ["contract", "concurrency", "scale"] as const
export type SuiteName = (typeof suiteNames)[number]

/** Every rule of every suite, by id. */
export async function loadAllRules(): Promise<ReadonlyMap<string, Rule>> {
  const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
  return new Map(suites.flatMap((suite) => suite.rules).map((rule) => [rule.id, rule]))
}

/** Loads a suite from its folders: a file with rules put there is part of it, and nothing else need be changed. */
export async function loadSuite(name: SuiteName): Promise<Suite> {
  const folders = await Promise.all(foldersOf[name].map((folder) => filesOf(new URL(`./${folder}/`, import.meta.url))))
  const loaded = await Promise.all(folders.flat().map(async (file) => ({ file, rules: await loadRules(file.href) })))
  const withRules = loaded.filter(({ rules }) => rules.length > 0)
  const rules = withRules.flatMap((file) => file.rules)
  const repeated = rules.find((rule, index) => rules.findIndex((other) => other.id === rule.id) !== index)
  if (repeated !== undefined) throw new Error(`two rules have the id ${repeated.id}`)
  return { name, rules, files: withRules.map(({ file }) => fileURLToPath(file)) }
}

/** Folders that hold a suite's rules. */
const foldersOf: Readonly<Record<SuiteName, readonly string[]>> = {
  contract: ["contract", "sequences"],
  concurrency: ["concurrency"],
  scale: ["scale"],
}

const isFirst = /^empty-storage\./

async function filesOf(folder: URL): Promise<readonly URL[]> {
  const files = (await readdir(folder)).filter((file) => /^[a-z-]+\.(ts|js)$/.test(file)).sort()
  files.sort((one, other) => Number(isFirst.test(other)) - Number(isFirst.test(one)))
  return files.map((file) => new URL(file, folder))
}

/** The rules that a file exports, in the order in which they stand there. */
export async function loadRules(url: string): Promise<readonly Rule[]> {
  const module: Readonly<Record<string, unknown>> = await import(url)
  return [module["rules"]].flat().filter(isRule)
}

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "id" in value && "check" in value
}
