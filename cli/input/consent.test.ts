import { PassThrough } from "node:stream"
import { expect, test } from "vitest"
import { demandConsent } from "./consent.ts"

function terminal(typed: string) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  input.end(typed)
  return { input, output }
}

const statement = ["it writes to what is yours", "about 100 requests"]

test("whoever says yes before, or when asked, has the run", async () => {
  await demandConsent(statement, { yes: true, terminal: undefined })
  for (const answer of ["y\n", "Yes\n", " y \n"]) {
    const asked = terminal(answer)
    await demandConsent(statement, { yes: false, terminal: asked })
    expect(asked.output.read()?.toString()).toBe("it writes to what is yours\nabout 100 requests\ngo on? [y/N] ")
  }
})

test.each(["n\n", "\n", "", "yesterday\n"])("whoever answers %j has none", async (answer) => {
  await expect(demandConsent(statement, { yes: false, terminal: terminal(answer) })).rejects.toThrow("the answer was not yes")
})

test("where nobody can be asked --yes is needed, and the error says for what", async () => {
  await expect(demandConsent(statement, { yes: false, terminal: undefined })).rejects.toThrow(
    "it writes to what is yours; about 100 requests: say --yes",
  )
})
