import type { Content } from "../../fixtures/content.ts"
import type { ClientCalls, ClientCrew, PerformedTurn } from "../concurrency/processes/messages.ts"

/** Part of a content that a process is to upload. */
export interface UploadJob {
  /** Full path. */
  readonly path: string
  readonly content: Content
  /** Whether the upload is resumed, at whatever it says it holds by then; else it begins. */
  readonly resume: boolean
  /** The byte before which it ends. */
  readonly end: number
  /** Bytes of each write. */
  readonly chunk: number
  /** "nothing" leaves the writer open, for a process that is killed. */
  readonly finish: "commit" | "close" | "nothing"
}

/** A content that a process is to read to its end, and compare. */
export interface DownloadJob {
  /** Full path. */
  readonly path: string
  readonly content: Content
  /** Bytes after which nothing is read until the process grows no more; undefined for a consumer that never waits. */
  readonly pauseEvery?: number
}

export interface MemoryUse {
  /** Bytes that the process had before. */
  readonly idle: number
  /** Bytes that it had at most. */
  readonly peak: number
}

export interface UploadReport {
  readonly memory: MemoryUse
  /** What the writer gave as its size when it was opened. */
  readonly sizeAtOpening: number
}

export interface DownloadReport {
  readonly memory: MemoryUse
  /** Bytes that came. */
  readonly length: number
  /** What was wrong with them first, in words. */
  readonly difference: string | undefined
}

/** A process that holds nothing but the driver, with one instance of it. */
export interface DriverProcess {
  /** @param onProgress is told how many bytes were accepted */
  upload(job: UploadJob, onProgress?: (bytes: number) => void): Promise<UploadReport>
  download(job: DownloadJob): Promise<DownloadReport>
  /** Ends it as the system does when memory runs out. */
  kill(): Promise<void>
  end(): Promise<void>
}

/** A process that holds nothing but the driver, with an instance for each client of a workload that calls from it. */
export interface ClientProcess {
  /** Gives the time of the process's clock, for the caller to hold against its own. */
  connectClients(crew: ClientCrew): Promise<{ readonly now: number }>
  /** Begins at a moment, and gives what came of every call. */
  performCalls(calls: ClientCalls): Promise<readonly PerformedTurn[]>
  closeClients(crew: Pick<ClientCrew, "prefix">): Promise<void>
  kill(): Promise<void>
  end(): Promise<void>
}

export type LoneDriverProcess = DriverProcess & ClientProcess

export interface DriverProcesses {
  start(): Promise<LoneDriverProcess>
}
