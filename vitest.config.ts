import { defineConfig } from "vitest/config"

/** The project's own tests. The suites that certify drivers are run by the command, which looks at no configuration. */
export default defineConfig({
  test: {
    include: ["{drivers,suites,fixtures,cli,ci}/**/*.test.ts"],
    pool: "forks",
    // Many tests wait for the processes that they start.
    maxWorkers: 3,
    testTimeout: 20_000,
  },
})
