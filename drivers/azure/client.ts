import { Agent } from "node:https"
import type { TokenCredential } from "@azure/identity"
import {
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  newPipeline,
  type RequestPolicyFactory,
  StorageSharedKeyCredential,
} from "@azure/storage-blob"
import type { ClockWithTimers } from "../clock.ts"
import { BlobNames } from "./names.ts"
import type { AzureParameters } from "./parameters.ts"
import { Requests } from "./request.ts"
import { type SignUrl, signerOf } from "./signed-url.ts"
import { tokenCredential } from "./token-credential.ts"

/** The container that holds the files, how files are named in it, and how it is talked to. */
export interface Storage {
  readonly container: ContainerClient
  readonly names: BlobNames
  readonly requests: Requests
  /** For requests within a batch, which are each signed. */
  readonly credential: StorageSharedKeyCredential | TokenCredential
  /** How many blobs are listed in one request. */
  readonly pageSize: number
  /** Size in bytes of blocks and ranges, and how many of them may be on their way at once. */
  readonly transfer: Transfer
  /** Bytes that the service copies in one request, where the file has no more than 50,000 times as many. */
  readonly copySize: number
  /** @throws InvalidPathError where the service has no room for the name */
  blob(path: string): BlockBlobClient
  /** A URL that anybody may read the blob by for some time. */
  readonly signUrl: SignUrl
}

interface Transfer {
  readonly chunksize: number
  readonly concurrency: number
}

export interface StorageOptions {
  readonly clock?: ClockWithTimers
  /** Milliseconds for one try of a request without a body. */
  readonly tryLimit?: number
  /** How many blobs are listed in one request. */
  readonly pageSize?: number
  /** Bytes that the service copies in one request. */
  readonly copySize?: number
}

/** The most that the service gives at a time. */
const defaultPageSize = 5_000
const defaultCopySize = 64 * 1024 ** 2

export function openStorage(
  parameters: AzureParameters,
  { clock, tryLimit, pageSize = defaultPageSize, copySize = defaultCopySize }: StorageOptions = {},
): Storage {
  const { accountname, container: containerName, serviceurl, credentials, rootdirectory, chunksize, concurrency } = parameters
  const credential =
    credentials.type === "shared_key"
      ? new StorageSharedKeyCredential(accountname, credentials.accountkey)
      : tokenCredential(credentials, parameters)
  // What is tried again, and when, is decided by `Requests`.
  const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } })
  if (parameters.skipverify) pipeline.factories.unshift(unverified())
  const service = new BlobServiceClient(serviceurl, pipeline)
  const container = service.getContainerClient(containerName)
  const requests = new Requests({
    maxRetries: parameters.request_max_retries,
    ...(clock === undefined ? {} : { clock }),
    ...(tryLimit === undefined ? {} : { tryLimit }),
  })
  const names = new BlobNames(rootdirectory)
  return {
    container,
    names,
    requests,
    pageSize,
    copySize,
    credential,
    transfer: { chunksize, concurrency },
    blob: (path) => container.getBlockBlobClient(names.ofFile(path)),
    signUrl: signerOf({ service, requests, credential }),
  }
}

/** Lets any certificate pass, as the parameter skipverify asks for. */
function unverified(): RequestPolicyFactory {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  return {
    create: (next) => ({
      sendRequest(request) {
        if (request.url.startsWith("https:")) request.agent = agent
        return next.sendRequest(request)
      },
    }),
  }
}
