/** What is mutated, and by what its mutants have to be caught. */
export interface Subject {
  /** Files, as globs from the root of the repository. */
  readonly mutate: readonly string[]
  /** Tests, as a glob. */
  readonly tests: string
  /** What these tests certify, where they are the rules, as certification.ts names it. */
  readonly certified?: readonly string[]
  /** The tests that are written for the driver itself, as a glob: what the suite does not reach they have to. */
  readonly ownTests?: string
  /** Of a hundred mutants that are not equivalent, how many have to be killed: the aim, or what is reached where that is less. */
  readonly least: number
}

function certifying({ mutate, ...subject }: Omit<Subject, "tests">): Subject {
  return { ...subject, mutate: [...mutate, "!**/*.test.ts"], tests: "ci/mutation/certification.ts" }
}

/** How a storage is addressed and who may ask it: no call of the contract gets there, and the suite has one account. */
const setUpOfAzure = [
  ...["connection-string", "credentials", "duration", "index", "parameter-errors", "parameters", "secrets", "token-credential"],
  ...["test-moves", "test-uploads"],
].map((name) => `!drivers/azure/${name}.ts`)

export const subjects: Readonly<Record<string, Subject>> = {
  inmemory: certifying({ mutate: ["drivers/inmemory/*.ts"], certified: ["inmemory"], least: 95 }),
  base: certifying({
    mutate: ["drivers/base.ts"],
    // The file system ends calls by itself when they are aborted, and the equipped one gives URLs.
    certified: ["equipped", "busyDisk"],
    ownTests: "drivers/base.test.ts",
    least: 95,
  }),
  walk: certifying({ mutate: ["drivers/walk.ts"], certified: ["equipped"], ownTests: "drivers/walk.test.ts", least: 95 }),
  filesystem: certifying({
    mutate: ["drivers/filesystem/*.ts", "!drivers/filesystem/test-storage.ts"],
    certified: ["busyDisk"],
    ownTests: "drivers/filesystem/*.test.ts",
    least: 80,
  }),
  azure: certifying({
    mutate: ["drivers/azure/*.ts", ...setUpOfAzure],
    certified: ["badNetwork", "busyService"],
    ownTests: "drivers/azure/*.test.ts",
    least: 80,
  }),
  specification: {
    mutate: ["suites/specification/*.ts", "!**/*.test.ts"],
    tests: "suites/specification/{histories,paths,step}.test.ts",
    least: 90,
  },
}
