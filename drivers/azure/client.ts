import { type BlockBlobClient, ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { BlobNames } from "./names.ts"
import type { AzureParameters } from "./parameters.ts"

/** The container that holds the files, and how files are named in it. */
export interface Storage {
  readonly container: ContainerClient
  readonly names: BlobNames
  /** @throws InvalidPathError where the service has no room for the name */
  blob(path: string): BlockBlobClient
}

/** Four tries within three seconds: a server that restarts is waited for, one that is gone is soon reported. */
const retryOptions = { maxTries: 4, retryDelayInMs: 400, maxRetryDelayInMs: 4_000 }

export function openStorage(parameters: AzureParameters): Storage {
  const { accountname, accountkey, container: name, realm, serviceurl, rootdirectory } = parameters
  const service = serviceurl ?? `https://${accountname}.blob.${realm}`
  const credential = new StorageSharedKeyCredential(accountname, accountkey)
  const container = new ContainerClient(`${service}/${encodeURIComponent(name)}`, credential, { retryOptions })
  const names = new BlobNames(rootdirectory)
  return { container, names, blob: (path) => container.getBlockBlobClient(names.ofFile(path)) }
}
