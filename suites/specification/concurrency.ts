import type { Level } from "../rule.ts"

/** Something that concurrent callers may count on, or may not. */
export interface ConcurrencyPromise {
  /** "open" where the contract leaves it to the driver: either is taken. */
  readonly level: Level | "open"
  readonly statement: string
  readonly source: string
  /** Ids of the rules that hold a driver to it; where it is open, of those that meet it and take whatever comes. */
  readonly rules: readonly string[]
}

/**
 * What is promised to callers whose calls overlap. Distribution's contract says of each method what it does and nothing of others
 * that run meanwhile: what a method promises holds whoever else calls, and where that cannot be said of one moment the table says of
 * how many.
 */
export const concurrencyPromises: readonly ConcurrencyPromise[] = [
  {
    level: "MUST",
    statement:
      "putContent, getContent, stat and the commit of an upload each take effect on their path at one moment between call and return.",
    source:
      "storagedriver.go, PutContent, GetContent, Stat, FileWriter.Commit; distribution issues 2077 and 4887, where a link held bytes of two puts",
    rules: [
      "concurrent-writes/to-one-path",
      "concurrent-writes/against-deletes",
      "concurrent-mixes/of-files",
      "concurrent-mixes/as-the-registry",
    ],
  },
  {
    level: "MUST",
    statement: "A read gives one content from its beginning to its end, never a mixture of two.",
    source:
      "storagedriver.go, GetContent and Reader: the content stored at the path; registry/handlers, where links are parsed whole",
    rules: ["concurrent-writes/seen-by-readers-whole", "concurrent-moves/to-one-destination", "concurrent-moves/against-writes"],
  },
  {
    level: "MUST",
    statement: "Calls on different paths do nothing to each other, also where they make or remove folders that they share.",
    source: "testsuites.go, TestConcurrentFileStreams",
    rules: ["concurrent-writes/to-different-paths"],
  },
  {
    level: "MUST",
    statement:
      "Of deletes of one thing that overlap one at least succeeds, each other succeeds or gets PathNotFoundError for its own path, and nothing is left.",
    source: "storagedriver.go, Delete; distribution issues 3922 and 4153, where a conflict came through",
    rules: ["concurrent-deletes/of-one-file", "concurrent-deletes/of-one-tree", "concurrent-deletes/of-a-tree-and-its-parent"],
  },
  {
    level: "MUST",
    statement:
      "A file that was below a folder before its delete began, and was not written since, is gone after it; none comes back that was seen to be gone.",
    source: "storagedriver.go, Delete: removes all that is stored at the path and below",
    rules: ["concurrent-deletes/while-others-write", "concurrent-deletes/while-others-look"],
  },
  {
    level: "MUST",
    statement:
      "list and walk give what existed all the while, once, and nothing that never was; neither fails for what goes meanwhile.",
    source: "storagedriver.go, List and Walk; distribution commit 6b73a9ab8, where an entry that vanished ended a walk",
    rules: [
      "concurrent-listings/list-what-stays",
      "concurrent-listings/walk-what-stays",
      "concurrent-listings/beyond-a-page",
      "concurrent-deletes/while-others-look",
    ],
  },
  {
    level: "MUST",
    statement:
      "A move carries one version of its source; it succeeds or gets PathNotFoundError, and no content is lost but one that another call replaced or deleted.",
    source: "storagedriver.go, Move; registry/storage/blobwriter.go, moveBlob, where several clients move to one digest",
    rules: [
      "concurrent-moves/to-one-destination",
      "concurrent-moves/of-one-source",
      "concurrent-moves/in-a-chain",
      "concurrent-moves/in-a-ring",
      "concurrent-moves/against-deletes",
      "concurrent-moves/against-writes",
    ],
  },
  {
    level: "MUST",
    statement: "Calls that wait for each other end: none hangs because of what others do.",
    source: "storagedriver.go: every method returns; a lock on each of two paths, taken in the order of the call, does not",
    rules: ["concurrent-moves/in-a-ring", "concurrent-mixes/of-files"],
  },
  {
    level: "MUST",
    statement: "When all calls have returned every instance sees the same, in whichever process it is.",
    source: "storagedriver.go, all methods: a registry has several processes on one storage",
    rules: ["concurrent-mixes/of-files", "concurrent-mixes/as-the-registry", "concurrent-writes/to-one-path"],
  },
  {
    level: "SHOULD",
    statement: "What is written to the source while it is moved is at the source or at the destination afterwards.",
    source: "distribution's azure driver deletes the source whatever it is by then; Delete Blob takes an ETag condition for this",
    rules: ["concurrent-moves/lose-no-write"],
  },
  {
    level: "SHOULD",
    statement: "Of uploads to one path that overlap each is committed whole or refused.",
    source: "storagedriver.go, Writer, says nothing of two open ones; distribution issue 3026, where they were mixed",
    rules: ["concurrent-uploads/to-one-path"],
  },
  {
    level: "SHOULD",
    statement: "Two clients that resume one closed upload keep what it held, and none stores its part twice.",
    source: "distribution issues 4571 and 3026; a client's repeated request overlaps with the one that it repeats",
    rules: ["concurrent-uploads/resumed-twice"],
  },
  {
    level: "MAY",
    statement: "A move happens at one moment for all who look.",
    source: "the driver's capability atomicMove",
    rules: ["concurrent-moves/at-one-moment"],
  },
  {
    level: "open",
    statement: "Which of overlapping writes to one path stays.",
    source: "storagedriver.go, PutContent: no order is given to calls that overlap",
    rules: ["concurrent-writes/to-one-path", "concurrent-mixes/of-files"],
  },
  {
    level: "open",
    statement: "Whether overlapping deletes of one thing all succeed, or all but one get PathNotFoundError.",
    source:
      "storagedriver.go, Delete; in object stores a look and a removal are two requests, and each caller may have seen the file",
    rules: ["concurrent-deletes/of-one-file", "concurrent-deletes/of-one-tree"],
  },
  {
    level: "open",
    statement: "Whether list and walk show what comes or goes while they run.",
    source: "storagedriver.go, List and Walk, say nothing; services list page by page",
    rules: ["concurrent-listings/list-what-stays", "concurrent-listings/walk-what-stays", "concurrent-listings/beyond-a-page"],
  },
  {
    level: "open",
    statement: "Whether what is written below a folder while that is deleted stays.",
    source: "storagedriver.go, Delete: many objects are not removed at one moment",
    rules: ["concurrent-deletes/while-others-write"],
  },
  {
    level: "open",
    statement:
      "Whether a stream breaks off with an error when its file is replaced or deleted, as long as no byte of it is wrong.",
    source: "storagedriver.go, Reader, says nothing; services answer a range of a version that is gone with 412",
    rules: [
      "concurrent-writes/seen-by-readers-whole",
      "concurrent-writes/to-one-path",
      "concurrent-deletes/while-others-look",
      "concurrent-mixes/of-files",
      "concurrent-mixes/as-the-registry",
    ],
  },
  {
    level: "open",
    statement: "Whether a file that is being moved is found at both of its paths for a while.",
    source: "storagedriver.go, Move: may be a copy and a delete",
    rules: ["concurrent-moves/in-a-chain", "concurrent-moves/against-deletes", "concurrent-moves/of-one-source"],
  },
  {
    level: "open",
    statement:
      "Which of overlapping uploads to one path are refused, and what two resumed ones make behind the bytes that were there.",
    source: "storagedriver.go, Writer, says nothing of two open ones",
    rules: ["concurrent-uploads/to-one-path", "concurrent-uploads/resumed-twice"],
  },
  {
    level: "open",
    statement: "Whether a folder is still listed while its last files go.",
    source: "object stores have no folders, filesystems have empty ones",
    rules: ["concurrent-deletes/while-others-look", "concurrent-listings/list-what-stays"],
  },
]
