import { spawnSync } from "node:child_process"
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

const allowed = [
  ["suites/contract/a.ts", "../../drivers/contract.ts"],
  ["suites/contract/b.ts", "../../fixtures/content.ts"],
  ["suites/c.test.ts", "../drivers/azure/index.ts"],
  ["drivers/new/d.ts", "../base.ts"],
  ["fixtures/targets/e.ts", "../../drivers/define.ts"],
  ["fixtures/mutants/f.ts", "../../drivers/inmemory/index.ts"],
  ["cli/g.ts", "../drivers/azure/index.ts"],
] as const

const forbidden = [
  ["drivers/contract.ts", "./define.ts"],
  ["drivers/new/h.ts", "../../fixtures/content.ts"],
  ["drivers/new/i.ts", "../../suites/rule.ts"],
  ["drivers/new/j.ts", "../../cli/certify.ts"],
  ["fixtures/k.ts", "../drivers/azure/index.ts"],
  ["fixtures/l.ts", "../suites/rule.ts"],
  ["fixtures/mutants/m.ts", "../../suites/rule.ts"],
  ["suites/contract/n.ts", "../../drivers/azure/index.ts"],
  ["suites/contract/o.ts", "../../fixtures/mutants/catalogue.ts"],
  ["suites/p.ts", "../cli/certify.ts"],
] as const

test("the linter holds the rules on who may import whom", { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "import-rules-"))
  try {
    await cp(join(root, "biome.json"), join(folder, "biome.json"))
    for (const [path, source] of [...allowed, ...forbidden]) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `import { a } from "${source}"\n\nexport const b = a\n`)
    }
    const biome = join(root, "node_modules/.bin/biome")
    const { stdout, stderr } = spawnSync(biome, ["lint", "--max-diagnostics=none", "--only=style/noRestrictedImports", "."], {
      cwd: folder,
      encoding: "utf8",
    })
    const accused = [...(stdout + stderr).matchAll(/^(\S+\.ts):\d+:\d+ lint\/style\/noRestrictedImports/gm)].map(
      ([, path]) => path,
    )
    expect(accused.sort()).toEqual(forbidden.map(([path]) => path).sort())
  } finally {
    await rm(folder, { recursive: true })
  }
})
