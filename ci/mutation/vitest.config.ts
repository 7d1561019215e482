import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** In the order of their names, which has the quick ones first. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1))
  }
}

/** What Stryker runs for each mutant: the tests that the environment names. */
export default defineConfig({
  test: {
    include: [process.env["MUTATION_TESTS"] ?? ""],
    pool: "forks",
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: ByName },
  },
})
