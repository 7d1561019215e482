import { assert, base64String, property, string } from "fast-check"
import { describe, expect, test } from "vitest"
import { createRedactor, secretParameterNames } from "./secrets.ts"

describe("a secret is taken out", () => {
  test("of any text, as it is, in a URL and in JSON", () => {
    assert(
      property(base64String({ minLength: 8 }), string(), string(), (secret, before, after) => {
        const { text } = createRedactor([secret])
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
          expect(text(`${before}<${form}>${after}`)).toContain("[hidden]")
          expect(text(`<${form}>`)).not.toContain(secret)
        }
      }),
    )
  })

  test("of every text within a value", () => {
    const { deep } = createRedactor(["swordfish"])
    expect(deep({ a: ["the swordfish", 5, null], b: { c: "swordfish" } })).toEqual({
      a: ["the [hidden]", 5, null],
      b: { c: "[hidden]" },
    })
  })

  test.each([
    "https://acme.blob.core.windows.net/c/b?sv=2026&sig=abc%2Bdef%3D&se=1",
    "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=abc+/def==;EndpointSuffix=a",
    "BlobEndpoint=https://a;SharedAccessSignature=sv=1&sig=abc%2Bdef",
    "Authorization: SharedKey acme:abc+/def=",
    "Authorization: Bearer abc.def-g",
  ])("by its form: %s", (text) => {
    const redacted = createRedactor([]).text(text)
    expect(redacted).toContain("[hidden]")
    expect(redacted).not.toContain("abc")
  })
})

describe("a short secret", () => {
  test("is taken out where it is a word or a value of its own, and stays within words", () => {
    const { text } = createRedactor(["true", ""])
    expect(text("it is true, key=true, untrue: a truest true_ value")).toBe(
      "it is [hidden], key=[hidden], untrue: a truest true_ value",
    )
  })

  test("is taken out of quotes, whatever its characters", () => {
    assert(
      property(string({ unit: "binary", minLength: 1, maxLength: 5 }), (secret) => {
        const { text } = createRedactor([secret])
        expect(text(`the "${secret}" given`)).toBe('the "[hidden]" given')
        expect(text(JSON.stringify(secret))).toBe('"[hidden]"')
      }),
    )
  })
})

test("what results are told apart by stays, whatever the secret is", () => {
  const outcome = { ruleId: "move/removes-the-source", status: "failed", because: "stopped", reason: "it failed in move" }
  expect(createRedactor(["failed", "move", "stopped"]).deep(outcome)).toEqual({ ...outcome, reason: "it [hidden] in [hidden]" })
})

test("secret parameters are those that the schema marks, or whose name says so", () => {
  const schema = { properties: { pin: { writeOnly: true }, phrase: { format: "password" }, bucket: {} } }
  const names = ["pin", "phrase", "bucket", "accountkey", "secret", "connectionstring", "credentials", "sastoken", "sasquatch"]
  expect(secretParameterNames(schema, names)).toEqual([
    "pin",
    "phrase",
    "accountkey",
    "secret",
    "connectionstring",
    "credentials",
    "sastoken",
  ])
})
