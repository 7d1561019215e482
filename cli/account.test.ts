import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import type { StartedTarget } from "../drivers/define.ts"
import { bundledTargets } from "../fixtures/targets/index.ts"
import { type CommandResult, runCommand } from "./test-command.ts"
import { countingProxy } from "./test-counting-proxy.ts"

const accountParameters = z.object({
  accountname: z.string(),
  accountkey: z.string(),
  container: z.string(),
  serviceurl: z.string(),
})

let account: StartedTarget
let parameters: z.infer<typeof accountParameters>
let folder: string

beforeAll(async () => {
  account = await bundledTargets.azurite.start({ signal: AbortSignal.timeout(30_000) })
  parameters = accountParameters.parse(account.parameters)
  folder = await mkdtemp(join(tmpdir(), "account-"))
})

afterAll(async () => {
  await account.stop()
  await rm(folder, { recursive: true })
})

/** Names of all blobs in the container, those of uploads that were never committed included. */
async function blobNames(): Promise<readonly string[]> {
  const credential = new StorageSharedKeyCredential(parameters.accountname, parameters.accountkey)
  const container = new BlobServiceClient(parameters.serviceurl, credential).getContainerClient(parameters.container)
  const names: string[] = []
  for await (const blob of container.listBlobsFlat({ includeUncommitedBlobs: true })) names.push(blob.name)
  return names
}

function expectNoSecret({ stdout, stderr }: CommandResult, ...others: readonly string[]): void {
  for (const text of [stdout, stderr, ...others]) {
    expect(text).not.toContain(parameters.accountkey)
    expect(text).not.toContain(encodeURIComponent(parameters.accountkey))
    expect(text).not.toMatch(/sig=(?!\[hidden\])/)
  }
}

const pairs = (): string[] => pairsOf(parameters)

const pairsOf = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).flatMap(([name, value]) => ["-p", `${name}=${value}`])

test("an account in use is left as it was, at about the cost that was told before", { timeout: 120_000 }, async () => {
  const credential = new StorageSharedKeyCredential(parameters.accountname, parameters.accountkey)
  const container = new BlobServiceClient(parameters.serviceurl, credential).getContainerClient(parameters.container)
  await container.getBlockBlobClient("docker/file").upload("in use", 6)
  const proxy = await countingProxy(parameters.serviceurl)
  const own = pairsOf({ ...parameters, serviceurl: proxy.serviceurl })
  const certify = ["certify", "azure", ...own, "--rule", "{content,list,move,walk}/*"]
  const told = await runCommand([...certify, "--dry-run"])
  expect(proxy.counted.requests).toBe(0)
  const result = await runCommand([...certify, "--yes", "--seed", "1"])
  proxy.close()
  const [, ...estimates] = /^about (\S+) requests, (\S+) MiB written, (\S+) MiB read$/m.exec(told.stdout) ?? []
  const { requests, bytesWritten, bytesRead } = proxy.counted
  const ratios = [requests, bytesWritten / 1024 ** 2, bytesRead / 1024 ** 2].map(
    (measured, index) => measured / Number(estimates[index]?.replaceAll(",", "")),
  )
  for (const ratio of ratios) {
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  }
  expect(result.stdout).toMatch(/^contract \(\d+ of \d+ rules\): CONFORMANT$/m)
  expect(result.stdout).not.toContain("  note ")
  expect(result.code).toBe(0)
  expectNoSecret(result)
  expect(await blobNames()).toEqual(["docker/file"])
})

test("where nobody can be asked an account needs --yes: one line says what for, and nothing is written", async () => {
  const proxy = await countingProxy(parameters.serviceurl)
  const certify = ["certify", "azure", ...pairsOf({ ...parameters, serviceurl: proxy.serviceurl })]
  const refused = await runCommand(certify)
  proxy.close()
  expect(refused.stderr).toMatch(
    /^error: azure on an Azure storage account of your own \(accountname=\S+ container=conformance serviceurl=\S+\); \d+ rules of the suite contract, all below the folder \/conformance-\w+, which is deleted in the end; about .* read: say --yes .*\n$/,
  )
  expect(refused.stdout).toBe("")
  expect(refused.code).toBe(2)
  expect(proxy.counted.requests).toBe(0)
  expectNoSecret(refused)
})

test("a dry run tells what the run would be on, and starts nothing", async () => {
  const embedded = await runCommand(["certify", "azure", "--dry-run", "--rule", "content/round-trip"])
  expect(embedded.stdout).toMatch(
    /^azure on azurite, embedded, started for the run\n1 rule of the suite contract\nabout \d+ requests, .*\n$/,
  )
  const container = await runCommand(["certify", "azure", "--dry-run", "--target", "container"])
  expect(container.stdout).toMatch(/^azure on azurite, in a container, started for the run\n/)
  expect([embedded, container]).toMatchObject([
    { code: 0, stderr: "" },
    { code: 0, stderr: "" },
  ])
})

test("a registry's configuration is taken as it is, and the environment overrides it", async () => {
  const config = join(folder, "config.yml")
  await writeFile(
    config,
    `version: 0.1
storage:
  delete: { enabled: true }
  azure:
    accountname: ${parameters.accountname}
    accountkey: ${parameters.accountkey}
    container: not-the-container
    serviceurl: ${parameters.serviceurl}
`,
  )
  const env = { REGISTRY_STORAGE_AZURE_CONTAINER: parameters.container }
  const result = await runCommand(["certify", "azure", "--config", config, "--yes", "--rule", "content/round-trip"], { env })
  expect(result.stdout).toContain("a storage of your own")
  expect(result.code).toBe(0)
  expectNoSecret(result)
})

test("the environment alone never turns a run away from the suite's own backend", async () => {
  const env = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [`REGISTRY_STORAGE_AZURE_${name.toUpperCase()}`, value]),
  )
  const embedded = await runCommand(["certify", "azure", "--rule", "content/round-trip"], { env })
  expect(embedded.stdout).toMatch(/backend +Azurite .*embedded/)
  expect(embedded.stderr).toMatch(
    /^REGISTRY_STORAGE_AZURE_ACCOUNTNAME and 3 more are set in the environment and not used: --target account would/,
  )
  const own = await runCommand(["certify", "azure", "--rule", "content/round-trip", "--target", "account", "--yes"], { env })
  expect(own.stdout).toContain("a storage of your own")
  expect(own.code).toBe(0)
  expectNoSecret(own)
})

test("no output holds a secret, whatever goes wrong", { timeout: 60_000 }, async () => {
  const [json, junit] = [join(folder, "report.json"), join(folder, "report.xml")]
  const reports = ["--yes", "--json", json, "--junit", junit, "--rule", "{content,redirect-url}/*"]
  const wrongKey = Buffer.from("this is another account's key").toString("base64")
  const attempts: readonly (readonly string[])[] = [
    [...pairs(), "-p", "rootdirectory=/a"],
    ["-p", `accountkey=${wrongKey}`, ...pairs().filter((_, index, all) => !`${all[index | 1]}`.startsWith("accountkey="))],
    [...pairs().filter((_, index, all) => !`${all[index | 1]}`.startsWith("serviceurl=")), "-p", "serviceurl=http://127.0.0.1:9"],
    [...pairs().filter((_, index, all) => !`${all[index | 1]}`.startsWith("container=")), "-p", "container=missing"],
  ]
  const codes: (number | null)[] = []
  for (const attempt of attempts) {
    const result = await runCommand(["certify", "azure", ...attempt, ...reports, "--timeout", "3s"])
    codes.push(result.code)
    expectNoSecret(result, await readFile(json, "utf8"), await readFile(junit, "utf8"))
    expect(result.stdout + result.stderr).not.toContain(wrongKey)
  }
  expect(codes).toEqual([0, 1, 3, 1])
})
