import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { loadSuite, suiteNames } from "../../suites/catalogue.ts"
import { renderRuleReference } from "../rule-reference.ts"

/** Writes the documents that are made from the rules: `npm run docs`. */
const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
await writeFile(fileURLToPath(new URL("../../docs/rules.md", import.meta.url)), renderRuleReference(suites))
