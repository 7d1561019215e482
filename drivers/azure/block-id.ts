import { hash } from "node:crypto"

/**
 * The ids of staged blocks. The service keeps of a staged block nothing but its id and its size, so the id says where the block
 * belongs: all that another process needs to go on with an upload is in the list of ids.
 *
 * The service wants all uncommitted ids of a blob to have one length. The layout, 48 bytes before base64: version 1, kind 1,
 * generation 6, offset 6, epoch 6, base 8, nonce 4, parent 16.
 */
export interface BlockId {
  /** A marker begins an upload and a tombstone ends it; neither is ever committed. */
  readonly kind: "marker" | "data" | "tombstone"
  /** Of uploads to one path the one with the highest generation counts. Milliseconds since 1970 at its beginning. */
  readonly generation: number
  /** Where the block's bytes begin in the content. */
  readonly offset: number
  /** The generation, or where the upload was resumed since, the time of that: of writers that overlap the last to come counts. */
  readonly epoch: number
  /** What was committed at the path when the upload began: see {@link baseOf}. 8 bytes in hexadecimal digits. */
  readonly base: string
  /** Of one writer, random. 4 bytes in hexadecimal digits. */
  readonly nonce: string
  /** The id before it in the upload: see {@link hashOfId}. 16 bytes in hexadecimal digits; zeros for a marker. */
  readonly parent: string
}

const version = 1
const kinds = ["marker", "data", "tombstone"] as const
export const noParent = "00".repeat(16)

export function encodeBlockId(id: BlockId): string {
  const bytes = Buffer.alloc(48)
  bytes.writeUInt8(version, 0)
  bytes.writeUInt8(kinds.indexOf(id.kind), 1)
  bytes.writeUIntBE(id.generation, 2, 6)
  bytes.writeUIntBE(id.offset, 8, 6)
  bytes.writeUIntBE(id.epoch, 14, 6)
  bytes.write(id.base, 20, "hex")
  bytes.write(id.nonce, 28, "hex")
  bytes.write(id.parent, 32, "hex")
  return bytes.toString("base64")
}

/** Undefined for an id that another program made. */
export function decodeBlockId(text: string): BlockId | undefined {
  const bytes = Buffer.from(text, "base64")
  const kind = bytes.length === 48 && bytes.readUInt8(0) === version ? kinds[bytes.readUInt8(1)] : undefined
  if (kind === undefined) return undefined
  return {
    kind,
    generation: bytes.readUIntBE(2, 6),
    offset: bytes.readUIntBE(8, 6),
    epoch: bytes.readUIntBE(14, 6),
    base: bytes.toString("hex", 20, 28),
    nonce: bytes.toString("hex", 28, 32),
    parent: bytes.toString("hex", 32, 48),
  }
}

export function hashOfId(text: string): string {
  return sha256(text).slice(0, 32)
}

/** @param etag of the content committed at the path, undefined where there is none */
export function baseOf(etag: string | undefined): string {
  return sha256(etag ?? "none").slice(0, 16)
}

function sha256(text: string): string {
  return hash("sha256", text)
}
