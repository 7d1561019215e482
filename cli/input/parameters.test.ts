import { describe, expect, test } from "vitest"
import { parameterNames, readEnvironment, readPairs, readRegistryConfig, refuseUnknown } from "./parameters.ts"

const names = parameterNames({
  type: "object",
  properties: {
    rootdirectory: { type: "string" },
    maxthreads: { type: "integer" },
    skipverify: { type: "boolean" },
    credentials: { type: "object" },
  },
  required: ["rootdirectory"],
  additionalProperties: false,
})

describe("-p key=value", () => {
  test("is read as the type that the schema gives the parameter", () => {
    const pairs = ["rootdirectory=/a=b", "maxthreads=100", "skipverify=true", 'credentials={"type":"shared_key"}']
    expect(readPairs(pairs, names)).toEqual({
      rootdirectory: "/a=b",
      maxthreads: 100,
      skipverify: true,
      credentials: { type: "shared_key" },
    })
  })

  test("stays text where it does not read as the type, or where there is no schema", () => {
    expect(readPairs(["maxthreads=many", "skipverify=yes", "credentials={"], names)).toEqual({
      maxthreads: "many",
      skipverify: "yes",
      credentials: "{",
    })
    expect(readPairs(["accountname=123"], undefined)).toEqual({ accountname: "123" })
  })

  test.each([["rootdirectory"], ["=a"]])("%j is refused, and not shown", (pair) => {
    expect(() => readPairs([pair], names)).toThrow(/^-p takes key=value(?!.*(rootdirectory|=a))/)
  })

  test("a secret in the place of a pair is not shown, though it ends in =", () => {
    const read = (): void => refuseUnknown("acme", readPairs(["c3dvcmRmaXNoMQ=="], names), names, true)
    expect(read).toThrow("no parameter of that name (not shown")
    expect(read).not.toThrow("c3dvcmRmaXNoMQ")
  })

  test("is given once", () => {
    expect(() => readPairs(["maxthreads=1", "maxthreads=2"], names)).toThrow('"maxthreads" was given twice')
  })
})

test("Distribution's environment names are read, those of members too, and no other driver's", () => {
  const environment = {
    REGISTRY_STORAGE_ACME_ROOTDIRECTORY: "/a",
    REGISTRY_STORAGE_ACME_MAXTHREADS: "7",
    REGISTRY_STORAGE_ACME_CREDENTIALS_TYPE: "client_secret",
    REGISTRY_STORAGE_ACME_CREDENTIALS_CLIENTID: "id",
    REGISTRY_STORAGE_ACMEOTHER_ROOTDIRECTORY: "/b",
    REGISTRY_HTTP_ADDR: ":5000",
  }
  expect(readEnvironment("acme", environment, names)).toEqual({
    rootdirectory: "/a",
    maxthreads: 7,
    credentials: { type: "client_secret", clientid: "id" },
  })
})

describe("a registry's configuration", () => {
  test("gives the driver's section, whatever stands beside it", () => {
    const text = "version: 0.1\nstorage:\n  acme: { rootdirectory: /a, maxthreads: 5 }\n  delete: { enabled: true }\n"
    expect(readRegistryConfig(text, "config.yml", "acme")).toEqual({ rootdirectory: "/a", maxthreads: 5 })
    expect(readRegistryConfig("storage:\n  acme:\n", "config.yml", "acme")).toEqual({})
  })

  test.each([
    ["storage: [", "config.yml is no YAML"],
    ["a: 1", 'config.yml has no "storage" section'],
    ["storage: { s3: {} }", "is for s3, and the driver is acme"],
    ["storage: { delete: {} }", "names no driver"],
    ["storage: { acme: 5 }", "must hold the driver's parameters"],
  ])("%j is refused", (text, message) => {
    expect(() => readRegistryConfig(text, "config.yml", "acme")).toThrow(message)
  })
})

describe("unknown names", () => {
  test("are refused with the nearest one", () => {
    expect(() => refuseUnknown("acme", { maxthread: 1 }, names, true)).toThrow(
      'no parameter "maxthread": did you mean "maxthreads"?',
    )
    expect(() => refuseUnknown("acme", { zone: 1 }, names, true)).toThrow(
      "it takes rootdirectory, maxthreads, skipverify, credentials",
    )
    expect(() => refuseUnknown("acme", { zone: 1 }, undefined, false)).toThrow("takes no parameters")
  })

  test("are left to a schema that is open, or that says nothing", () => {
    const open = parameterNames({ properties: {}, additionalProperties: true })
    expect(() => refuseUnknown("acme", { zone: 1 }, open, true)).not.toThrow()
    expect(() => refuseUnknown("acme", { zone: 1 }, undefined, true)).not.toThrow()
  })
})
