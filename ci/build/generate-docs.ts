import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { historicBugs } from "../../fixtures/mutants/historic-bugs.ts"
import { loadSuite, suiteNames } from "../../suites/catalogue.ts"
import { renderConcurrencyReference } from "../concurrency-reference.ts"
import { renderDriverGuide } from "../driver-guide.ts"
import { renderHistoricBugs } from "../historic-bugs.ts"
import { renderSurvivors } from "../mutation/document.ts"
import { renderReportSchemas } from "../report-schemas.ts"
import { renderRuleReference } from "../rule-reference.ts"

/** Writes the documents, or the parts of documents, that are made from the code: `npm run docs`. */
const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
await writeFile(fileURLToPath(new URL("../../docs/rules.md", import.meta.url)), renderRuleReference(suites))
await writeFile(fileURLToPath(new URL("../../docs/concurrency.md", import.meta.url)), renderConcurrencyReference())

const bugs = renderHistoricBugs(historicBugs, await loadMutants())
await writeFile(fileURLToPath(new URL("../../docs/historic-bugs.md", import.meta.url)), bugs)

const guide = fileURLToPath(new URL("../../docs/drivers/azure.md", import.meta.url))
await writeFile(guide, renderDriverGuide(await readFile(guide, "utf8")))

const mutation = fileURLToPath(new URL("../../docs/mutation.md", import.meta.url))
await writeFile(mutation, renderSurvivors(await readFile(mutation, "utf8")))

for (const [file, schema] of Object.entries(renderReportSchemas()))
  await writeFile(fileURLToPath(new URL(`../../docs/reports/${file}`, import.meta.url)), schema)
