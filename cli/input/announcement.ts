import type { Suite } from "../../suites/catalogue.ts"
import type { Rule } from "../../suites/rule.ts"
import type { DriverDescription } from "../driver-process/protocol.ts"
import type { ChosenStorage } from "../execution/prepare-storage.ts"
import { count, duration } from "../reports/text.ts"
import { type Amount, describeCost, estimateCost } from "./cost.ts"
import { secretParameterNames } from "./secrets.ts"
import type { StorageChoice } from "./storage-choice.ts"

interface Announced {
  readonly driver: DriverDescription
  readonly choice: StorageChoice
  readonly suite: Suite
  /** Those that were chosen. */
  readonly rules: readonly Rule[]
  readonly runFolder: string
  readonly amount: Amount
}

/** What a run will be on, write and cost, some lines. Holds no secret. */
export function announce({ driver, choice, suite, rules, runFolder, amount }: Announced): readonly string[] {
  const what = `${count(rules.length, "rule")} of the suite ${suite.name}`
  const below = choice.on === "account" && driver.capabilities.scope !== "process"
  return [
    `${driver.name} on ${placeOf(driver, choice)}`,
    below ? `${what}, ${keptBelow(runFolder)}` : what,
    describeCost(estimateCost(rules, amount)),
  ]
}

/** As {@link announce}, for measuring at an account: its cost is not known before. */
export function announceBench(
  { driver, choice }: ChosenStorage,
  { runFolder, milliseconds }: { readonly runFolder: string; readonly milliseconds: number },
): readonly string[] {
  return [
    `${driver.name} on ${placeOf(driver, choice)}`,
    `for ${duration(milliseconds)}, as many requests as are answered, ${keptBelow(runFolder)}`,
  ]
}

function keptBelow(runFolder: string): string {
  return `all below the folder ${runFolder}, which is deleted in the end`
}

function placeOf(driver: DriverDescription, choice: StorageChoice): string {
  if (choice.on === "target") {
    const where = choice.kind === "container" ? "in a container" : "embedded"
    return `${driver.target?.name}, ${where}, started for the run`
  }
  if (driver.capabilities.scope === "process") return "the memory of its own process"
  const names = driver.target?.provides ?? []
  const secret = secretParameterNames(driver.parameterSchema, names)
  const shown = names.filter((name) => !secret.includes(name) && typeof choice.parameters[name] === "string")
  const parameters = shown.map((name) => `${name}=${choice.parameters[name]}`).join(" ")
  return `${driver.target?.emulates ?? "a storage"} of your own${parameters === "" ? "" : ` (${parameters})`}`
}
