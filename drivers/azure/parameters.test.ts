import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { parameters } from "./parameters.ts"

const key = Buffer.alloc(64, 7).toString("base64")
const application = { clientid: "client", tenantid: "tenant", secret: "s3cr3t" }
const required = { accountname: "account", accountkey: key, container: "registry" }

function messages(given: unknown): string[] {
  const { error } = parameters.safeParse(given)
  return error?.issues.map(({ message }) => message) ?? []
}

describe("the parameters", () => {
  it("have the defaults of Distribution", () => {
    expect(parameters.parse(required)).toEqual({
      accountname: "account",
      container: "registry",
      credentials: { type: "shared_key", accountkey: key },
      realm: "core.windows.net",
      serviceurl: "https://account.blob.core.windows.net",
      skipverify: false,
      rootdirectory: "",
      copy_status_poll_max_retry: 5,
      copy_status_poll_delay: 100,
      chunksize: 4 * 1024 ** 2,
      concurrency: 20,
      request_max_retries: 4,
    })
  })

  it.each([
    [{ copy_status_poll_max_retry: "-1" }, { copy_status_poll_max_retry: -1 }],
    [{ copy_status_poll_max_retry: 7 }, { copy_status_poll_max_retry: 7 }],
    [{ copy_status_poll_delay: "1.5s" }, { copy_status_poll_delay: 1_500 }],
    [{ max_retries: "9" }, { copy_status_poll_max_retry: 9 }],
    [{ retry_delay: "2m" }, { copy_status_poll_delay: 120_000 }],
    [{ max_retries: 3, copy_status_poll_max_retry: "3" }, { copy_status_poll_max_retry: 3 }],
    [{ retry_delay: "1s", copy_status_poll_delay: "1000ms" }, { copy_status_poll_delay: 1_000 }],
    [{ rootdirectory: "/some/path/" }, { rootdirectory: "some/path" }],
    [{ rootdirectory: "/" }, { rootdirectory: "" }],
    [{ serviceurl: "http://127.0.0.1:10000/account/" }, { serviceurl: "http://127.0.0.1:10000/account" }],
    [{ realm: "core.chinacloudapi.cn" }, { serviceurl: "https://account.blob.core.chinacloudapi.cn" }],
    [{ realm: "core.usgovcloudapi.net" }, { serviceurl: "https://account.blob.core.usgovcloudapi.net" }],
    [{ realm: "storage.example" }, { serviceurl: "https://account.blob.storage.example" }],
    [{ endpoint: "https://private.example/" }, { serviceurl: "https://private.example" }],
    [{ endpoint: "https://a.example/", serviceurl: "https://a.example" }, { serviceurl: "https://a.example" }],
    [{ skipverify: "true" }, { skipverify: true }],
    [
      { chunksize: "65536", concurrency: "1", request_max_retries: "0" },
      { chunksize: 65_536, concurrency: 1 },
    ],
    [{ credentials: { type: "shared_key" } }, { credentials: { type: "shared_key", accountkey: key } }],
    [{ credentials: { type: "default_credentials" } }, { credentials: { type: "default_credentials" } }],
    [{ credentials: { type: "client_secret", ...application } }, { credentials: { type: "client_secret", ...application } }],
    [{ container: "$root" }, { container: "$root" }],
  ])("take %j", (given, read) => {
    expect(parameters.parse({ ...required, ...given })).toMatchObject(read)
  })

  it.each([
    [{ accountname: "My Account" }, 'accountname must be 3 to 24 lower-case letters and digits, not "My Account"'],
    [{ accountname: 5 }, "accountname must be 3 to 24 lower-case letters and digits, not 5"],
    [
      { container: "a--b" },
      'container must be the name of a container: 3 to 63 lower-case letters, digits and single "-" between them, not "a--b"',
    ],
    [{ realm: "https://core.windows.net" }, 'realm must be a host name, not "https://core.windows.net"'],
    [{ serviceurl: "127.0.0.1:10000" }, 'serviceurl must be an http or https URL without a query, not "127.0.0.1:10000"'],
    [{ serviceurl: "ftp://host" }, 'serviceurl must be an http or https URL without a query, not "ftp://host"'],
    [{ endpoint: "x" }, 'endpoint must be an http or https URL without a query, not "x"'],
    [
      { endpoint: "https://a", serviceurl: "https://b" },
      "serviceurl and endpoint are two names of one parameter: give one of them, or both the same value",
    ],
    [{ skipverify: "yes" }, 'skipverify must be true or false, not "yes"'],
    [{ chunksize: 1000 }, "chunksize must be a whole number from 65536 to 268435456, not 1000"],
    [{ concurrency: 0 }, "concurrency must be a whole number from 1 to 64, not 0"],
    [{ request_max_retries: "x" }, 'request_max_retries must be a whole number from 0 to 100, not "x"'],
    [
      { credentials: { type: "default" } },
      'credentials.type must be shared_key, client_secret, default_credentials, not "default"',
    ],
    [
      { credentials: { type: "client_secret", clientid: "id", tenantid: "id" } },
      "credentials.secret is missing: credentials of type client_secret need clientid, tenantid and secret",
    ],
    [{ credentials: { kind: "x" } }, "credentials has type, clientid, tenantid and secret, and nothing else"],
    [{ credentials: "shared_key" }, "credentials must be a map with type, clientid, tenantid and secret"],
    [{ rootdirectory: "a//b" }, 'rootdirectory must be a path of letters, digits, ".", "_" and "-", not "a//b"'],
    [{ copy_status_poll_max_retry: "many" }, 'copy_status_poll_max_retry must be a whole number from -1 on, not "many"'],
    [{ copy_status_poll_max_retry: -2 }, "copy_status_poll_max_retry must be a whole number from -1 on, not -2"],
    [{ max_retries: 1.5 }, "max_retries must be a whole number from -1 on, not 1.5"],
    [
      { copy_status_poll_delay: "100" },
      'copy_status_poll_delay must be a duration that is not negative, such as "100ms", "1.5s" or "2m", not "100"',
    ],
    [{ retry_delay: "-1s" }, 'retry_delay must be a duration that is not negative, such as "100ms", "1.5s" or "2m", not "-1s"'],
    [
      { max_retries: 1, copy_status_poll_max_retry: 2 },
      "copy_status_poll_max_retry and max_retries are two names of one parameter: give one of them, or both the same value",
    ],
    [
      { retry_delay: "1s", copy_status_poll_delay: "2s" },
      "copy_status_poll_delay and retry_delay are two names of one parameter: give one of them, or both the same value",
    ],
  ])("refuse %j", (given, message) => {
    expect(messages({ ...required, ...given })).toEqual([message])
  })

  it.each(["accountname", "accountkey", "container"])("name %s where it is missing", (name) => {
    const { [name]: _, ...others } = { ...required } as Record<string, string>
    expect(messages(others)).toEqual([expect.stringMatching(`^${name} is missing: it must be `)])
  })

  it("need no key where the credentials are of another type", () => {
    const { accountkey: _, ...others } = required
    const credentials = { type: "default_credentials" }
    expect(parameters.parse({ ...others, credentials })).toMatchObject({ accountname: "account", credentials })
  })

  it.each([
    [`AccountName=account;AccountKey=${key}`, "https://account.blob.core.windows.net"],
    [`DefaultEndpointsProtocol=http;AccountName=account;AccountKey=${key};`, "http://account.blob.core.windows.net"],
    [
      `DefaultEndpointsProtocol=https;AccountName=account;AccountKey=${key};EndpointSuffix=core.chinacloudapi.cn`,
      "https://account.blob.core.chinacloudapi.cn",
    ],
    [
      `AccountName=account;AccountKey=${key};BlobEndpoint=http://127.0.0.1:1/account/;QueueEndpoint=x`,
      "http://127.0.0.1:1/account",
    ],
  ])("are taken from a connection string: %s", (connectionstring, serviceurl) => {
    const expected = { accountname: "account", serviceurl, credentials: { type: "shared_key", accountkey: key } }
    expect(parameters.parse({ container: "registry", connectionstring })).toMatchObject(expected)
    expect(parameters.parse({ ...required, connectionstring })).toMatchObject(expected)
  })

  it("refuse a connection string that is none, and never show it", () => {
    for (const connectionstring of [
      "secret",
      "AccountName=account",
      `AccountKey=${key}`,
      "AccountName=account;AccountKey=secret!",
    ]) {
      const [message, ...others] = messages({ container: "registry", connectionstring })
      expect(others).toEqual([])
      expect(message).toMatch(/^connectionstring must be a connection string with "AccountName=…;AccountKey=…"/)
      expect(message).not.toContain("secret")
    }
  })

  it("refuse what contradicts the connection string", () => {
    const connectionstring = `AccountName=account;AccountKey=${key};EndpointSuffix=core.windows.net`
    const other = Buffer.alloc(64, 8).toString("base64")
    for (const [name, value] of Object.entries({ accountname: "another", accountkey: other, realm: "core.chinacloudapi.cn" })) {
      expect(messages({ container: "registry", connectionstring, [name]: value })).toEqual([
        `${name} contradicts the connection string: give it in one place only`,
      ])
    }
    expect(messages({ container: "registry", connectionstring, credentials: { type: "default_credentials" } })).toEqual([
      "connectionstring holds an account key, and credentials of type default_credentials need none: give one of them",
    ])
  })

  it.each(["not base64!", "QUJD=", "QQ", "", 12345678])("never show a key that is not one: %j", (accountkey) => {
    const [message, ...others] = messages({ ...required, accountkey })
    expect(others).toEqual([])
    expect(message).toBe("accountkey must be an account key in base64")
  })

  it("keep a key that is not one out of all that the error tells", () => {
    const accountkey = "secret key, mistyped"
    const { error } = parameters.safeParse({ ...required, accountkey })
    expect(error).toBeDefined()
    expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain("secret")
  })

  it.each([
    { serviceurl: "https://account.blob.core.windows.net/?sv=2026&sig=s3cr3t" },
    { endpoint: "https://user:s3cr3t@private.example" },
    { accountname: `AccountName=account;AccountKey=s3cr3t` },
    { container: Buffer.from("s3cr3t".repeat(11).slice(0, 64)).toString("base64") },
    { realm: ["Bearer s3cr3t"] },
  ])("keep a secret that is given in the wrong place to themselves: %j", (given) => {
    const [message] = messages({ ...required, ...given })
    expect(message).toMatch(/not .*\*\*\*/)
    expect(message).not.toMatch(/s3cr3t|czNjcjN0/)
  })

  it("refuse an unknown name, and tell which there are", () => {
    const [message, ...others] = messages({ ...required, acountname: "x" })
    expect(others).toEqual([])
    expect(message).toMatch(/^unknown parameter acountname: the parameters are accountname, accountkey, container, realm, /)
  })

  it("refuse what is no object", () => {
    expect(messages("accountname")).toEqual(["the parameters must be an object of names and values"])
  })

  it("are each described, and only the key is a secret", () => {
    const schema = z.toJSONSchema(parameters, { io: "input" })
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      expect(property, name).toMatchObject({ description: expect.stringMatching(/\.$/) })
      expect(Object(property).writeOnly === true, name).toBe(name === "accountkey" || name === "connectionstring")
    }
    expect(schema.properties).toMatchObject({ credentials: { properties: { secret: { writeOnly: true } } } })
    expect(schema.required).toEqual(["container"])
    expect(schema.additionalProperties).toBe(false)
  })
})
