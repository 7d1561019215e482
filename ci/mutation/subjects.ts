import type { SuiteName } from "../../suites/catalogue.ts"

/** What is mutated, and by what its mutants have to be caught. */
export interface Subject {
  /** Files, as globs from the root of the repository. */
  readonly mutate: readonly string[]
  /** Tests, as a glob. */
  readonly tests: string
  /** What these tests certify, where they are the rules. */
  readonly certified?: Certified
}

interface Certified {
  readonly driver: "inmemory" | "filesystem" | "azure"
  readonly suites: readonly SuiteName[]
}

function certifying(mutate: readonly string[], driver: Certified["driver"]): Subject {
  return { mutate: [...mutate, "!**/*.test.ts"], tests: "ci/mutation/certification.ts", certified: { driver, suites } }
}

const suites = ["contract", "concurrency"] as const

export const subjects: Readonly<Record<string, Subject>> = {
  inmemory: certifying(["drivers/inmemory/*.ts"], "inmemory"),
  /** What stands in front of every driver, here of one whose calls really end when they are aborted. */
  base: certifying(["drivers/base.ts"], "filesystem"),
  /** On the driver whose lists have the order of the file system. */
  walk: certifying(["drivers/walk.ts"], "filesystem"),
  filesystem: certifying(["drivers/filesystem/*.ts", "!drivers/filesystem/test-storage.ts"], "filesystem"),
  azure: certifying(["drivers/azure/*.ts"], "azure"),
  specification: {
    mutate: ["suites/specification/*.ts", "!**/*.test.ts"],
    tests: "suites/specification/{histories,paths,step}.test.ts",
  },
}
