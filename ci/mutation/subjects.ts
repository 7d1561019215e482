/** What is mutated, and by what its mutants have to be caught. */
export interface Subject {
  /** Files, as globs from the root of the repository. */
  readonly mutate: readonly string[]
  /** Tests, as a glob. */
  readonly tests: string
  /** What these tests certify, where they are the rules, as certification.ts names it. */
  readonly certified?: readonly string[]
  /** Of a hundred mutants that are not equivalent, how many have to be killed: the aim, or what is reached where that is less. */
  readonly least: number
}

function certifying(least: number, mutate: readonly string[], ...certified: readonly string[]): Subject {
  return { mutate: [...mutate, "!**/*.test.ts"], tests: "ci/mutation/certification.ts", certified, least }
}

/** How a storage is addressed and who may ask it: no call of the contract gets there, and the suite has one account. */
const setUpOfAzure = [
  ...["connection-string", "credentials", "duration", "index", "parameter-errors", "parameters", "secrets", "token-credential"],
  ...["test-moves", "test-uploads"],
].map((name) => `!drivers/azure/${name}.ts`)

export const subjects: Readonly<Record<string, Subject>> = {
  inmemory: certifying(95, ["drivers/inmemory/*.ts"], "inmemory"),
  // The file system ends calls by itself when they are aborted, and the equipped one gives URLs.
  base: certifying(80, ["drivers/base.ts"], "equipped", "filesystem"),
  walk: certifying(95, ["drivers/walk.ts"], "equipped"),
  filesystem: certifying(70, ["drivers/filesystem/*.ts", "!drivers/filesystem/test-storage.ts"], "filesystem"),
  azure: certifying(90, ["drivers/azure/*.ts", ...setUpOfAzure], "badNetwork", "busyService"),
  specification: {
    mutate: ["suites/specification/*.ts", "!**/*.test.ts"],
    tests: "suites/specification/{histories,paths,step}.test.ts",
    least: 90,
  },
}
