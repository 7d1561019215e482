import { z } from "zod"
import { parseDuration } from "./duration.ts"

/** The parameters of the driver, by the names that Distribution has for them. */

interface Accepted {
  readonly name: string
  readonly accepted: string
  readonly secret?: boolean
}

/** An error that names the parameter, what is accepted and, unless it is a secret, what was given. */
function explain({ name, accepted, secret = false }: Accepted) {
  return {
    error: ({ input }: { readonly input?: unknown }) => {
      if (input === undefined) return `${name} is missing: it must be ${accepted}`
      return `${name} must be ${accepted}${secret ? "" : `, not ${JSON.stringify(input)}`}`
    },
  }
}

function text(parameter: Accepted, isAccepted: (value: string) => boolean) {
  const explanation = explain(parameter)
  return z.string(explanation).refine(isAccepted, explanation)
}

/** Also as text, since the command line and the environment have nothing else. */
function retries(name: string) {
  const explanation = explain({ name, accepted: "a whole number from -1 on" })
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value),
    z.int(explanation).min(-1, explanation),
  )
}

function delay(name: string) {
  const parameter = { name, accepted: 'a duration that is not negative, such as "100ms", "1.5s" or "2m"' }
  return text(parameter, (value) => (parseDuration(value) ?? -1) >= 0).transform((value) => parseDuration(value) ?? 0)
}

function isServiceUrl(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false
  return url.search === "" && url.hash === "" && url.username === "" && url.password === ""
}

const component = "[A-Za-z0-9._-]+"
const rootDirectory = new RegExp(`^/?(${component}(/${component})*/?)?$`)
const containerName = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/
const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const shape = {
  accountname: text({ name: "accountname", accepted: "3 to 24 lower-case letters and digits" }, (value) =>
    /^[a-z0-9]{3,24}$/.test(value),
  ).describe("Name of the storage account."),
  accountkey: text(
    { name: "accountkey", accepted: "an account key in base64", secret: true },
    (value) => value !== "" && base64.test(value),
  )
    .describe("A key of the storage account, in base64.")
    .meta({ writeOnly: true }),
  container: text(
    { name: "container", accepted: 'the name of a container: 3 to 63 lower-case letters, digits and single "-" between them' },
    (value) => containerName.test(value) || value === "$root" || value === "$web",
  ).describe("Name of the container that holds the files. It must exist."),
  realm: text({ name: "realm", accepted: "a host name" }, (value) => hostName.test(value))
    .default("core.windows.net")
    .describe(
      "Domain of the service: core.windows.net, core.chinacloudapi.cn (China), core.usgovcloudapi.net (US Government) or another. The address is https://<accountname>.blob.<realm>.",
    ),
  serviceurl: text({ name: "serviceurl", accepted: "an http or https URL without a query" }, isServiceUrl)
    .transform((value) => value.replace(/\/+$/, ""))
    .optional()
    .describe("Address of the blob service in place of the one made from accountname and realm: Azurite, a private endpoint."),
  rootdirectory: text({ name: "rootdirectory", accepted: 'a path of letters, digits, ".", "_" and "-"' }, (value) =>
    rootDirectory.test(value),
  )
    .transform((value) => value.replaceAll(/^\/|\/$/g, ""))
    .default("")
    .describe("Directory in the container under which all files are kept; the container itself by default."),
  copy_status_poll_max_retry: retries("copy_status_poll_max_retry")
    .optional()
    .describe(
      "How often a move asks for the state of a copy that the service has not finished at once; default 5. A copy that is not done then is aborted and the move fails. -1: abort at once.",
    ),
  copy_status_poll_delay: delay("copy_status_poll_delay")
    .optional()
    .describe("Wait before the first of these questions; the wait before the n-th is n times as long. Default 100ms."),
  max_retries: retries("max_retries").optional().describe("Another name of copy_status_poll_max_retry, as in Distribution 3."),
  retry_delay: delay("retry_delay").optional().describe("Another name of copy_status_poll_delay, as in Distribution 3."),
} as const

const aliases = [
  ["copy_status_poll_max_retry", "max_retries"],
  ["copy_status_poll_delay", "retry_delay"],
] as const

export const parameters = z
  .strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return "the parameters must be an object of names and values"
      const unknown = Array.isArray(issue.keys) ? issue.keys.join(", ") : ""
      return `unknown parameter ${unknown}: the parameters are ${Object.keys(shape).join(", ")}`
    },
  })
  .superRefine((given, context) => {
    for (const [name, alias] of aliases) {
      if (given[name] === undefined || given[alias] === undefined || given[name] === given[alias]) continue
      const message = `${name} and ${alias} are two names of one parameter: give one of them, or both the same value`
      context.addIssue({ code: "custom", path: [alias], message })
    }
  })
  .transform(({ max_retries, retry_delay, copy_status_poll_max_retry, copy_status_poll_delay, ...others }) => ({
    ...others,
    copy_status_poll_max_retry: copy_status_poll_max_retry ?? max_retries ?? 5,
    /** In milliseconds. */
    copy_status_poll_delay: copy_status_poll_delay ?? retry_delay ?? 100,
  }))

export type AzureParameters = Readonly<z.output<typeof parameters>>
