import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { afterAll, beforeAll, expect, it } from "vitest"
import { startAzuriteProcess } from "../../fixtures/targets/azurite-process.ts"
import { type Bundle, bundleAzurite } from "./bundle-azurite.ts"

let folder: string
let bundle: Bundle
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-azurite-"))
  bundle = await bundleAzurite(folder)
})
afterAll(() => rm(folder, { recursive: true }))

it("serves blobs from one file, far from any node_modules", async () => {
  const account = { accountname: "account", accountkey: Buffer.alloc(64, 7).toString("base64") }
  const server = await startAzuriteProcess({
    serverFile: bundle.serverFile,
    account,
    signal: AbortSignal.timeout(20_000),
    timeLimit: 20_000,
  })
  try {
    const credential = new StorageSharedKeyCredential(account.accountname, account.accountkey)
    const container = new ContainerClient(`${server.address}/account/container`, credential)
    await container.create()
    const blob = container.getBlockBlobClient("blob")
    const id = Buffer.alloc(48).toString("base64")
    await blob.stageBlock(id, "content", 7)
    await blob.commitBlockList([id])
    const copy = container.getBlockBlobClient("copy")
    await (await copy.beginCopyFromURL(blob.url)).pollUntilDone()
    await blob.delete()
    expect(await copy.downloadToBuffer(1, 3)).toEqual(Buffer.from("ont"))
    const names: string[] = []
    for await (const { name } of container.listBlobsFlat()) names.push(name)
    expect(names).toEqual(["copy"])
  } finally {
    await server.stop()
  }
})

it("comes with the licence of Azurite and of each package in it", async () => {
  const licences = await readFile(bundle.licencesFile, "utf8")
  const names = bundle.packages.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(["azurite", "express", "lokijs", "winston", "xml2js"]))
  expect(names).not.toContain("sequelize")
  for (const { name, version, licence, texts } of bundle.packages) {
    expect(licences).toContain(`${name} ${version}: ${licence}`)
    for (const text of texts) expect(licences).toContain(text.trim())
  }
})

it("holds no path of the machine it was built on", async () => {
  expect(await readFile(bundle.serverFile, "utf8")).not.toContain(process.cwd())
})
