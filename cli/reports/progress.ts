import { createLogUpdate } from "log-update"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Level } from "../../suites/rule.ts"
import { count, duration, paint, withoutStack } from "./text.ts"
import { visible } from "./visible-text.ts"

/** Told what a run does. */
export interface Progress {
  total(rules: number): void
  started(ruleId: string): void
  finished(rule: { readonly id: string; readonly level: Level; readonly outcome: RuleOutcome }): void
  done(): void
}

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream
  /** One line that changes, for a terminal; else one line a rule, for a log. */
  readonly live: boolean
  readonly colour: boolean
}

export function createProgress(options: ProgressOptions): Progress {
  return options.live ? liveProgress(options) : plainProgress(options)
}

function plainProgress({ stream, colour }: ProgressOptions): Progress {
  let notReached = 0
  return {
    total: () => {},
    started: () => {},
    finished: ({ id, level, outcome }) => {
      if (outcome.status === "inconclusive" && outcome.because === "stopped") notReached++
      else stream.write(`${wordFor(outcome, level, colour)} ${id} ${tailOf(outcome)}\n`)
    },
    done: () => {
      if (notReached > 0) stream.write(`${count(notReached, "rule")} not judged: the run had ended\n`)
    },
  }
}

function liveProgress({ stream, colour }: ProgressOptions): Progress {
  const update = createLogUpdate(stream)
  const running = new Set<string>()
  let total = 0
  let finished = 0
  let broken = 0
  const draw = (): void => {
    const [first = ""] = running
    update(`${finished}/${total} rules${broken === 0 ? "" : `, ${broken} broken`}  ${first}`)
  }
  return {
    total: (rules) => {
      total = rules
      draw()
    },
    started: (ruleId) => {
      running.add(ruleId)
      draw()
    },
    finished: ({ id, level, outcome }) => {
      running.delete(id)
      finished++
      if (outcome.status === "failed") {
        broken++
        update.clear()
        stream.write(`${wordFor(outcome, level, colour)} ${id} ${tailOf(outcome)}\n`)
      }
      draw()
    },
    done: () => update.clear(),
  }
}

function wordFor(outcome: RuleOutcome, level: Level, colour: boolean): string {
  const style = { colour }
  switch (outcome.status) {
    case "passed":
      return paint(style, "green", "kept   ")
    case "failed":
      return paint(style, level === "SHOULD" ? "yellow" : "red", "BROKEN ")
    case "set-up-failed":
    case "inconclusive":
      return paint(style, "yellow", "open   ")
    case "not-run":
      return paint(style, "dim", "not run")
  }
}

function tailOf(outcome: RuleOutcome): string {
  if ("reason" in outcome) return `(${visible(withoutStack(outcome.reason).sentence)})`
  return outcome.status === "set-up-failed" ? "(its set-up failed)" : duration(outcome.milliseconds)
}
