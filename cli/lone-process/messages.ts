import { z } from "zod"
import type { ClientCalls, ClientCrew, PerformedTurn } from "../../suites/concurrency/processes/messages.ts"
import type { DownloadJob, DownloadReport, UploadJob, UploadReport } from "../../suites/execution/driver-processes.ts"
import type { Round, Sample } from "../bench/measuring.ts"

/** What a process that holds nothing but a driver is asked for, and what it answers. */
export interface LoneRequests {
  /** Loads the module, opens its storage and connects. */
  open: { readonly asks: LoneDriver; readonly answers: null }
  upload: { readonly asks: UploadJob; readonly answers: UploadReport }
  download: { readonly asks: DownloadJob; readonly answers: DownloadReport }
  measure: { readonly asks: Round; readonly answers: Sample | undefined }
  connectClients: { readonly asks: ClientCrew; readonly answers: { readonly now: number } }
  performCalls: { readonly asks: ClientCalls; readonly answers: readonly PerformedTurn[] }
  closeClients: { readonly asks: Pick<ClientCrew, "prefix">; readonly answers: null }
  endBenchmark: { readonly asks: Pick<Round, "name" | "folder">; readonly answers: null }
}

export interface LoneDriver {
  readonly url: string
  /** As the user wrote it. */
  readonly reference: string
  /** Before the module's schema. */
  readonly parameters: Readonly<Record<string, unknown>>
}

export type LoneRequest = {
  readonly [Name in keyof LoneRequests]: { readonly id: number; readonly name: Name; readonly asks: LoneRequests[Name]["asks"] }
}[keyof LoneRequests]

/** What comes back. The driver may send messages of its own over the same channel: what does not fit is not ours. */
export const loneMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("storage-driver-conformance:lone-answer"), id: z.number(), answers: z.unknown() }),
  z.object({ type: z.literal("storage-driver-conformance:lone-progress"), id: z.number(), bytes: z.number() }),
  z.object({
    type: z.literal("storage-driver-conformance:lone-refusal"),
    id: z.number(),
    message: z.string(),
    /** Of the network's, or one that says that the target is full. */
    code: z.string().optional(),
  }),
])

export type LoneMessage = z.infer<typeof loneMessage>
