import type { TokenCredential } from "@azure/identity"
import {
  type BlobClient,
  BlobSASPermissions,
  type BlobServiceClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
  type UserDelegationKey,
} from "@azure/storage-blob"
import type { Requests } from "./request.ts"
import { unlessAborted } from "./unless-aborted.ts"

/** @param lifetime milliseconds for which it works */
export type SignUrl = (blob: BlobClient, lifetime: number, signal: AbortSignal | undefined) => Promise<string>

const hour = 3_600_000
/** The service gives keys for up to seven days. */
const keyLifetime = 48 * hour

interface SignerOptions {
  readonly service: BlobServiceClient
  readonly requests: Requests
  readonly credential: StorageSharedKeyCredential | TokenCredential
}

/**
 * Signs URLs that read a blob: with the account key, or under Entra credentials with a user-delegation key, which is asked of the
 * service and kept until an hour before its end.
 *
 * They have no time from which they work: the service's clock may be behind this one.
 */
export function signerOf({ service, requests, credential }: SignerOptions): SignUrl {
  const { accountName } = service
  const keys = new DelegationKeys(service, requests)
  return async (blob, lifetime, signal) => {
    const expiresOn = new Date(Date.now() + lifetime)
    const values = {
      containerName: blob.containerName,
      blobName: blob.name,
      permissions: BlobSASPermissions.parse("r"),
      expiresOn,
      protocol: blob.url.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    }
    const query =
      credential instanceof StorageSharedKeyCredential
        ? generateBlobSASQueryParameters(values, credential)
        : generateBlobSASQueryParameters(values, await keys.until(expiresOn, signal), accountName)
    return `${blob.url}?${query}`
  }
}

class DelegationKeys {
  readonly #service: BlobServiceClient
  readonly #requests: Requests
  #current: { readonly key: Promise<UserDelegationKey>; readonly expiresAt: number } | undefined

  constructor(service: BlobServiceClient, requests: Requests) {
    this.#service = service
    this.#requests = requests
  }

  /** A key that is good until then; no URL may outlive its key. */
  async until(expiresOn: Date, signal: AbortSignal | undefined): Promise<UserDelegationKey> {
    if (this.#current === undefined || this.#current.expiresAt < Math.max(expiresOn.getTime(), Date.now() + hour)) {
      const expiresAt = Date.now() + keyLifetime
      const key = this.#requests.send((abortSignal) =>
        this.#service.getUserDelegationKey(new Date(Date.now() - hour / 4), new Date(expiresAt), { abortSignal }),
      )
      const current = { key, expiresAt }
      this.#current = current
      key.catch(() => {
        if (this.#current === current) this.#current = undefined
      })
    }
    return unlessAborted(this.#current.key, signal)
  }
}
