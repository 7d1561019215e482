import { z } from "zod"
import { withoutSecrets } from "./secrets.ts"

export interface Accepted {
  readonly name: string
  readonly accepted: string
  readonly secret?: boolean
}

/** An error that names the parameter, what is accepted and, unless it is a secret, what was given: a secret may stand in any place. */
export function explain({ name, accepted, secret = false }: Accepted) {
  return {
    error: ({ input }: { readonly input?: unknown }) => {
      if (input === undefined) return `${name} is missing: it must be ${accepted}`
      return `${name} must be ${accepted}${secret ? "" : `, not ${withoutSecrets(JSON.stringify(input))}`}`
    },
  }
}

export function text(parameter: Accepted, isAccepted: (value: string) => boolean) {
  const explanation = explain(parameter)
  return z.string(explanation).refine(isAccepted, explanation)
}
