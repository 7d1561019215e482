import { z } from "zod"
import { explain, text } from "./parameter-errors.ts"

/** How the driver authenticates. */
export type Credentials =
  | { readonly type: "shared_key"; readonly accountkey: string }
  | {
      readonly type: "client_secret"
      readonly clientid: string
      readonly tenantid: string
      readonly secret: string
    }
  | { readonly type: "default_credentials" }

const types = ["shared_key", "client_secret", "default_credentials"] as const
const typeExplanation = explain({ name: "credentials.type", accepted: types.join(", ") })
const isGiven = (value: string) => value !== ""
const members = ["clientid", "tenantid", "secret"] as const

/** The parameter: a map, as in Distribution. */
export const credentials = z
  .strictObject(
    {
      type: z.enum(types, typeExplanation).default("shared_key"),
      clientid: text({ name: "credentials.clientid", accepted: "the id of an application" }, isGiven).optional(),
      tenantid: text({ name: "credentials.tenantid", accepted: "the id of a tenant" }, isGiven).optional(),
      secret: text({ name: "credentials.secret", accepted: "a secret of the application", secret: true }, isGiven)
        .optional()
        .meta({ writeOnly: true }),
    },
    {
      error: (issue) =>
        issue.code === "unrecognized_keys"
          ? "credentials has type, clientid, tenantid and secret, and nothing else"
          : "credentials must be a map with type, clientid, tenantid and secret",
    },
  )
  .superRefine((given, context) => {
    if (given.type !== "client_secret") return
    for (const name of members) {
      if (given[name] !== undefined) continue
      const message = `credentials.${name} is missing: credentials of type client_secret need clientid, tenantid and secret`
      context.addIssue({ code: "custom", path: [name], message, input: undefined })
    }
  })
  .transform(({ type, clientid = "", tenantid = "", secret = "" }) => {
    if (type === "client_secret") return { type, clientid, tenantid, secret }
    return type === "shared_key" ? { type } : { type }
  })
