import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { createServer as createHttpsServer, get as httpsGet } from "node:https"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buffer, text } from "node:stream/consumers"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { inspect } from "node:util"
import { generate } from "selfsigned"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type { StorageDriver } from "../contract.ts"
import { openStorage } from "./client.ts"
import azure from "./index.ts"
import { parameters } from "./parameters.ts"

/** Azurite over TLS, which takes tokens, and an identity service that gives unsigned ones, as Azurite does not mind. */
const account = { accountname: "entra", accountkey: Buffer.alloc(64, 5).toString("base64") }
let folder: string
let certificate: { readonly cert: string; readonly key: string }
let server: ChildProcess
let identity: Server
let serviceurl: string
let tokens = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "azure-entra-"))
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  })
  certificate = { cert, key }
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")]
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)])
  serviceurl = `${await startAzurite(certFile, keyFile)}/${account.accountname}`
  await openStorage(parameters.parse({ ...account, container: "registry", serviceurl, skipverify: true })).container.create()

  identity = createServer((_, answer) => {
    tokens++
    const expires = Math.floor(Date.now() / 1_000) + 3_600
    answer.setHeader("content-type", "application/json")
    answer.end(JSON.stringify({ access_token: unsignedToken(expires), expires_on: expires, token_type: "Bearer" }))
  })
  identity.listen(0, "127.0.0.1")
  await once(identity, "listening")
  const { port }: AddressInfo = Object(identity.address())
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
  vi.stubEnv("IDENTITY_ENDPOINT", `http://127.0.0.1:${port}/token`)
  vi.stubEnv("IDENTITY_HEADER", "header")
})
afterAll(async () => {
  vi.unstubAllEnvs()
  identity.close()
  server.kill()
  await once(server, "exit")
  await rm(folder, { recursive: true })
})

function unsignedToken(expires: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const tenant = "00000000-0000-0000-0000-000000000001"
  const claims = {
    aud: "https://storage.azure.com",
    iss: `https://sts.windows.net/${tenant}/`,
    iat: expires - 7_200,
    nbf: expires - 7_200,
    exp: expires,
    oid: tenant,
    tid: tenant,
  }
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.${Buffer.from("none").toString("base64url")}`
}

async function startAzurite(cert: string, key: string): Promise<string> {
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js")
  const options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
  const tls = ["--oauth", "basic", "--cert", cert, "--key", key]
  server = spawn(process.execPath, [main, ...options, ...tls, "--disableProductStyleUrl", "--inMemoryPersistence"], {
    // It reads the sources of copies from itself.
    env: { AZURITE_ACCOUNTS: `${account.accountname}:${account.accountkey}`, NODE_EXTRA_CA_CERTS: cert },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let printed = ""
  server.stdout?.on("data", (chunk) => {
    printed += String(chunk)
    const [, address] = /successfully listens on (\S+)/.exec(printed) ?? []
    if (address !== undefined) resolve(address)
  })
  server.once("exit", () => reject(new Error(`Azurite did not start: ${printed}`)))
  return promise
}

async function driverWith(given: Readonly<Record<string, unknown>>): Promise<StorageDriver> {
  const { accountname } = account
  const parsed = parameters.parse({ accountname, container: "registry", serviceurl, skipverify: true, ...given })
  const storage = await azure.open({ parameters: parsed, signal: AbortSignal.timeout(5_000) })
  return storage.connect()
}

const bytes = (content: string) => Buffer.from(content)

async function fetched(url: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const [answer] = await once(httpsGet(url, { rejectUnauthorized: false }), "response")
  return { status: answer.statusCode, body: (await buffer(answer)).toString() }
}

describe("under Entra credentials the driver", () => {
  it("stores, lists, moves, replaces and deletes", async () => {
    const driver = await driverWith({ credentials: { type: "default_credentials" } })
    await driver.putContent("/a/b", bytes("content"))
    expect(await driver.list("/a")).toEqual(["/a/b"])
    await driver.move("/a/b", "/a/c")
    await driver.putContent("/a/b", bytes("new"))
    await driver.move("/a/b", "/a/c")
    expect(Buffer.from(await driver.getContent("/a/c")).toString()).toBe("new")
    for (let file = 0; file < 5; file++) await driver.putContent(`/a/many/${file}`, bytes("x"))
    await driver.delete("/a")
    await expect(driver.stat("/a")).rejects.toMatchObject({ code: "PathNotFound" })
    expect(tokens).toBeGreaterThan(0)
  })

  it("signs URLs with a key that it asks for once", async () => {
    const driver = await driverWith({ credentials: { type: "default_credentials" } })
    await driver.putContent("/served.", bytes("over HTTPS"))
    const urls = await Promise.all(Array.from({ length: 4 }, () => driver.redirectURL("/served.")))
    for (const url of urls) expect(await fetched(url ?? "")).toEqual({ status: 200, body: "over HTTPS" })
    const keyTimes = urls.map((url) => new URL(url ?? "").searchParams.get("ske"))
    expect(new Set(keyTimes).size).toBe(1)
    expect((await fetched((urls[0] ?? "").replace("served", "other"))).status).toBe(403)
  })
})

/** A sign-in service over HTTPS that knows one application; all that came to it. */
async function startSignIn(): Promise<{ readonly origin: string; readonly forms: URLSearchParams[] } & AsyncDisposable> {
  const forms: URLSearchParams[] = []
  const signIn = createHttpsServer(certificate, async (incoming, answer) => {
    answer.setHeader("content-type", "application/json")
    if (incoming.method === "GET") {
      const [authorization_endpoint, token_endpoint, jwks_uri] = ["authorize", "token", "keys"].map((path) => `${origin}/${path}`)
      answer.end(JSON.stringify({ issuer: origin, authorization_endpoint, token_endpoint, jwks_uri }))
      return
    }
    const form = new URLSearchParams(await text(incoming))
    forms.push(form)
    if (form.get("client_secret") === "right") {
      const token = unsignedToken(Math.floor(Date.now() / 1_000) + 3_600)
      answer.end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: "Bearer" }))
    } else {
      const refusal = { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret provided." }
      answer.writeHead(401).end(JSON.stringify(refusal))
    }
  })
  signIn.listen(0, "127.0.0.1")
  await once(signIn, "listening")
  const { port }: AddressInfo = Object(signIn.address())
  const origin = `https://127.0.0.1:${port}`
  return {
    origin,
    forms,
    async [Symbol.asyncDispose]() {
      signIn.close()
      signIn.closeAllConnections()
      await once(signIn, "close")
    },
  }
}

describe("an application's secret", () => {
  // Of this tenant the sign-in is asked directly; for others the public cloud would be asked first whether it knows the host.
  const application = { type: "client_secret", clientid: "registry", tenantid: "adfs" }
  const trusted = getCACertificates()
  beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]))
  afterAll(() => setDefaultCACertificates(trusted))

  it("signs in once for many requests", async () => {
    await using signIn = await startSignIn()
    vi.stubEnv("AZURE_AUTHORITY_HOST", signIn.origin)
    const driver = await driverWith({ credentials: { ...application, secret: "right" } })
    await driver.putContent("/signed-in", bytes("content"))
    expect(Buffer.from(await driver.getContent("/signed-in")).toString()).toBe("content")
    expect(signIn.forms.map((form) => Object.fromEntries(form))).toEqual([
      expect.objectContaining({
        grant_type: "client_credentials",
        client_id: "registry",
        client_secret: "right",
        scope: expect.stringMatching(/^https:\/\/storage\.azure\.com\/\.default/),
      }),
    ])
  })

  it("that is refused is an error that says so and shows no secret", async () => {
    await using signIn = await startSignIn()
    vi.stubEnv("AZURE_AUTHORITY_HOST", signIn.origin)
    const driver = await driverWith({ credentials: { ...application, secret: "wr0ng-s3cr3t" } })
    const failure: unknown = await driver.stat("/signed-in").catch((error: unknown) => error)
    const message = /signing in with credentials of type client_secret failed: .*AADSTS7000215/
    expect(failure).toMatchObject({ code: "Driver", message: expect.stringMatching(message) })
    expect(inspect(failure, { depth: null })).not.toContain("wr0ng-s3cr3t")
    expect(signIn.forms).toHaveLength(1)
  })
})

describe("skipverify", () => {
  it("lets a certificate pass that nobody vouches for, and without it none does", async () => {
    const trusting = await driverWith({ accountkey: account.accountkey })
    await trusting.putContent("/trusted", bytes("x"))
    const careful = await driverWith({ accountkey: account.accountkey, skipverify: false })
    await expect(careful.stat("/trusted")).rejects.toMatchObject({
      code: "Driver",
      message: expect.stringMatching(/self-signed/),
    })
  })
})
