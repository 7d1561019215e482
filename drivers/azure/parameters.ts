import { z } from "zod"
import { maxBlockSize } from "./block-size.ts"
import { isAccountName, isKey, isServiceUrl, parseConnectionString } from "./connection-string.ts"
import { type Credentials, credentials } from "./credentials.ts"
import { parseDuration } from "./duration.ts"
import { explain, text } from "./parameter-errors.ts"

/** The parameters of the driver, by the names that Distribution has for them. */

/** In bytes. */
export const defaultChunkSize = 4 * 1024 ** 2
export const defaultConcurrency = 20

/** Also as text, since the command line and the environment have nothing else. */
function wholeNumber(name: string, least: number, most: number) {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} on` : `${least} to ${most}`
  const explanation = explain({ name, accepted: `a whole number from ${bounds}` })
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value),
    z.int(explanation).min(least, explanation).max(most, explanation),
  )
}

function retries(name: string) {
  return wholeNumber(name, -1, Number.MAX_SAFE_INTEGER)
}

function flag(name: string) {
  const texts: Readonly<Record<string, boolean>> = { true: true, false: false }
  return z.preprocess(
    (value) => (typeof value === "string" ? (texts[value] ?? value) : value),
    z.boolean(explain({ name, accepted: "true or false" })),
  )
}

function delay(name: string) {
  const parameter = { name, accepted: 'a duration that is not negative, such as "100ms", "1.5s" or "2m"' }
  return text(parameter, (value) => (parseDuration(value) ?? -1) >= 0).transform((value) => parseDuration(value) ?? 0)
}

const component = "[A-Za-z0-9._-]+"
const rootDirectory = new RegExp(`^/?(${component}(/${component})*/?)?$`)
const containerName = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/
const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/

const serviceAddress = (name: string) =>
  text({ name, accepted: "an http or https URL without a query" }, isServiceUrl)
    .transform((value) => value.replace(/\/+$/, ""))
    .optional()

const shape = {
  accountname: text({ name: "accountname", accepted: "3 to 24 lower-case letters and digits" }, isAccountName)
    .optional()
    .describe("Name of the storage account. Required, unless the connection string has it."),
  accountkey: text({ name: "accountkey", accepted: "an account key in base64", secret: true }, isKey)
    .optional()
    .describe(
      "A key of the storage account, in base64. Required, unless the connection string has it or the credentials are of another type.",
    )
    .meta({ writeOnly: true }),
  container: text(
    { name: "container", accepted: 'the name of a container: 3 to 63 lower-case letters, digits and single "-" between them' },
    (value) => containerName.test(value) || value === "$root" || value === "$web",
  ).describe("Name of the container that holds the files. It must exist."),
  realm: text({ name: "realm", accepted: "a host name" }, (value) => hostName.test(value))
    .optional()
    .describe(
      "Domain of the service: core.windows.net (the default), core.chinacloudapi.cn (China), core.usgovcloudapi.net (US Government) or another. The address is https://<accountname>.blob.<realm>.",
    ),
  serviceurl: serviceAddress("serviceurl").describe(
    "Address of the blob service in place of the one made from accountname and realm: Azurite, a private endpoint.",
  ),
  endpoint: serviceAddress("endpoint").describe("Another name of serviceurl."),
  connectionstring: text(
    {
      name: "connectionstring",
      accepted: 'a connection string with "AccountName=…;AccountKey=…" and, where it has one, a valid BlobEndpoint',
      secret: true,
    },
    (value) => parseConnectionString(value) !== undefined,
  )
    .optional()
    .describe(
      "Connection string of the account, as the portal shows it: gives accountname, accountkey, and by EndpointSuffix or BlobEndpoint the address.",
    )
    .meta({ writeOnly: true }),
  credentials: credentials
    .optional()
    .describe(
      "How to authenticate: a map with type (shared_key, the default; client_secret with clientid, tenantid and secret; default_credentials). The last two need the package @azure/identity beside this one.",
    ),
  skipverify: flag("skipverify").default(false).describe("true: the service's TLS certificate is not verified. For tests only."),
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
  chunksize: wholeNumber("chunksize", 65_536, maxBlockSize)
    .default(defaultChunkSize)
    .describe(
      "Size in bytes of the blocks in which uploads are sent, and half the size of the ranges in which files are read, from 65536 to 268435456; default 4194304. Beyond 2,000 blocks they grow.",
    ),
  concurrency: wholeNumber("concurrency", 1, 64)
    .default(defaultConcurrency)
    .describe(
      "How many blocks of one upload are on their way at once, from 1 to 64; default 20. Of the ranges of one reader half as many. Each writer holds up to chunksize × (concurrency + 1) bytes, each reader up to chunksize × (concurrency / 6 + 2).",
    ),
  request_max_retries: wholeNumber("request_max_retries", 0, 100)
    .default(4)
    .describe(
      "How often a request is sent again that failed for a passing reason: no answer, 408, 429, 500, 502, 503, 504; default 4. The waits between are random and double, from 0.2 s to 10 s.",
    ),
} as const

const aliases = [
  ["copy_status_poll_max_retry", "max_retries"],
  ["copy_status_poll_delay", "retry_delay"],
  ["serviceurl", "endpoint"],
] as const

/** As given, each value right by itself. */
const given = z.strictObject(shape, {
  error: (issue) => {
    if (issue.code !== "unrecognized_keys") return "the parameters must be an object of names and values"
    const unknown = Array.isArray(issue.keys) ? issue.keys.join(", ") : ""
    return `unknown parameter ${unknown}: the parameters are ${Object.keys(shape).join(", ")}`
  },
})
type Given = z.output<typeof given>

export const parameters = given.superRefine(refuseContradictions).transform(settle)

export type AzureParameters = Readonly<z.output<typeof parameters>>

function refuseContradictions(values: Given, context: z.RefinementCtx<Given>): void {
  const refuse = (name: keyof Given, message: string) =>
    context.addIssue({ code: "custom", path: [name], message, input: undefined })
  for (const [name, alias] of aliases) {
    if (values[name] === undefined || values[alias] === undefined || values[name] === values[alias]) continue
    refuse(alias, `${name} and ${alias} are two names of one parameter: give one of them, or both the same value`)
  }
  const { accountname, accountkey, realm, connectionstring, credentials: { type } = { type: "shared_key" } } = values
  const fromString = connectionstring === undefined ? undefined : parseConnectionString(connectionstring)
  const { serviceurl = values.endpoint } = values
  const pairs = { accountname, accountkey, realm, serviceurl }
  for (const name of ["accountname", "accountkey", "realm", "serviceurl"] as const) {
    if (pairs[name] === undefined || fromString?.[name] === undefined || pairs[name] === fromString[name]) continue
    refuse(name, `${name} contradicts the connection string: give it in one place only`)
  }
  if (accountname === undefined && connectionstring === undefined) {
    refuse("accountname", "accountname is missing: it must be 3 to 24 lower-case letters and digits")
  }
  if (type === "shared_key" && accountkey === undefined && connectionstring === undefined) {
    refuse("accountkey", "accountkey is missing: it must be an account key in base64")
  }
  if (type !== "shared_key" && fromString !== undefined) {
    refuse(
      "connectionstring",
      `connectionstring holds an account key, and credentials of type ${type} need none: give one of them`,
    )
  }
}

/** One value for each thing, whichever way it was given. */
function settle({ connectionstring, max_retries, retry_delay, endpoint, ...values }: Given) {
  const fromString = connectionstring === undefined ? undefined : parseConnectionString(connectionstring)
  const { copy_status_poll_max_retry = max_retries ?? 5, copy_status_poll_delay = retry_delay ?? 100 } = values
  const { accountname = fromString?.accountname ?? "", accountkey = fromString?.accountkey ?? "" } = values
  const { realm = fromString?.realm ?? "core.windows.net" } = values
  const address = values.serviceurl ?? endpoint ?? fromString?.serviceurl ?? `https://${accountname}.blob.${realm}`
  const { container, rootdirectory, skipverify, chunksize, concurrency, request_max_retries } = values
  const identity: Credentials =
    values.credentials === undefined || values.credentials.type === "shared_key"
      ? { type: "shared_key", accountkey }
      : values.credentials
  return {
    accountname,
    container,
    realm,
    serviceurl: address,
    credentials: identity,
    skipverify,
    rootdirectory,
    copy_status_poll_max_retry,
    /** In milliseconds. */
    copy_status_poll_delay,
    chunksize,
    concurrency,
    request_max_retries,
  }
}
