import { defineConfig } from "vitest/config"

/** What Stryker runs for each mutant: the tests that the environment names. */
export default defineConfig({
  test: {
    include: [process.env["MUTATION_TESTS"] ?? ""],
    pool: "forks",
    isolate: false,
    testTimeout: 60_000,
  },
})
