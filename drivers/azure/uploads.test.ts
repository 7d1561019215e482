import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type BlockId, baseOf, decodeBlockId, encodeBlockId, hashOfId } from "./block-id.ts"
import { latestUpload, newUpload, nextBlockId, resumingEpoch, type StagedBlock, tombstoneId, type Upload } from "./uploads.ts"

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString("hex"))
const blockId: fc.Arbitrary<BlockId> = fc.record({
  kind: fc.constantFrom("marker", "data", "tombstone"),
  generation: fc.nat(2 ** 48 - 1),
  offset: fc.nat(2 ** 48 - 1),
  epoch: fc.nat(2 ** 48 - 1),
  base: hex(8),
  nonce: hex(4),
  parent: hex(16),
})

describe("the id of a block", () => {
  it("gives back what it was made of, at one length", () => {
    fc.assert(
      fc.property(blockId, (id) => {
        expect(decodeBlockId(encodeBlockId(id))).toEqual(id)
        expect(Buffer.from(encodeBlockId(id), "base64")).toHaveLength(48)
      }),
    )
  })

  it("of another program is none of ours", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        fc.pre(bytes.length !== 48 || bytes[0] !== 1 || (bytes[1] ?? 0) > 2)
        expect(decodeBlockId(Buffer.from(bytes).toString("base64"))).toBeUndefined()
      }),
    )
  })
})

describe("an upload", () => {
  const base = baseOf(undefined)
  const marker = (upload: Upload): StagedBlock => ({ id: upload.marker, size: 1 })

  it("is none without blocks", () => {
    expect(latestUpload([])).toBeUndefined()
  })

  it("supersedes those before it, also those of a clock that goes ahead", () => {
    const first = newUpload([], base, "00".repeat(4), 2_000)
    const second = newUpload([marker(first)], base, "11".repeat(4), 1_000)
    expect(latestUpload([marker(second), marker(first)])).toMatchObject({ marker: second.marker, size: 0, blocks: [] })
  })

  it("is over once it has a tombstone, and none before it comes back", () => {
    const first = newUpload([], base, "00".repeat(4), 1_000)
    const second = newUpload([marker(first)], base, "11".repeat(4), 2_000)
    const tombstone = { id: tombstoneId(second, "22".repeat(4)), size: 1 }
    expect(latestUpload([marker(first), marker(second), tombstone])).toBeUndefined()
  })

  function uploadOfFive(): { readonly upload: Upload; readonly blocks: readonly StagedBlock[] } {
    const upload = newUpload([], base, "00".repeat(4), 1_000)
    const blocks: StagedBlock[] = []
    for (let offset = 0; offset < 50; offset += 10) {
      const id = nextBlockId(upload, { last: blocks.at(-1)?.id, offset, epoch: upload.epoch, nonce: "00".repeat(4) })
      blocks.push({ id, size: 10 })
    }
    return { upload, blocks }
  }

  it("ends with a block of another size than the one behind it was to follow", () => {
    const { upload, blocks } = uploadOfFive()
    const cut = blocks.map((block, index) => (index === 2 ? { ...block, size: 9 } : block))
    expect(latestUpload([marker(upload), ...cut])).toMatchObject({ size: 29, blocks: blocks.slice(0, 3).map(({ id }) => id) })
  })

  it("ends before a hole", () => {
    const { upload, blocks } = uploadOfFive()
    const withHole = [marker(upload), ...blocks.toSpliced(2, 1)]
    expect(latestUpload(withHole)).toMatchObject({ size: 20, blocks: blocks.slice(0, 2).map(({ id }) => id) })
    expect(latestUpload(withHole.slice(1))).toBeUndefined()
  })
})

/** One writer of an upload, and every byte that it holds to be in it: `2:7` is the byte that writer 2 wrote at offset 7. */
interface Writer {
  readonly nonce: string
  readonly upload: Upload
  readonly epoch: number
  readonly ids: string[]
  readonly content: string[]
}

/** What the service holds and what is still on its way to it. */
class Service {
  readonly writers: Writer[] = []
  readonly staged: StagedBlock[] = []
  readonly #onTheirWay: StagedBlock[] = []
  readonly #bytes = new Map<string, readonly string[]>()

  start(): void {
    const upload = newUpload([], baseOf(undefined), this.#nonce(), 1_000)
    this.staged.push({ id: upload.marker, size: 1 })
    this.writers.push({ nonce: this.#nonce(), upload, epoch: upload.epoch, ids: [], content: [] })
  }

  write(choice: number, size: number): void {
    const index = choice % this.writers.length
    const writer = this.writers[index]
    if (writer === undefined) return
    const offset = writer.content.length
    const id = nextBlockId(writer.upload, { last: writer.ids.at(-1), offset, epoch: writer.epoch, nonce: writer.nonce })
    const bytes = Array.from({ length: size }, (_, position) => `${index}:${offset + position}`)
    writer.ids.push(id)
    writer.content.push(...bytes)
    this.#bytes.set(id, bytes)
    this.#onTheirWay.push({ id, size })
  }

  /** Blocks overtake each other, and some never arrive. */
  deliver(choice: number, isLost: boolean): void {
    const [block] = this.#onTheirWay.splice(choice % Math.max(1, this.#onTheirWay.length), 1)
    if (block !== undefined && !isLost) this.staged.splice(choice % (this.staged.length + 1), 0, block)
  }

  resume(): void {
    const upload = latestUpload(this.staged)
    if (upload === undefined) throw new Error("the upload is gone")
    this.writers.push({
      nonce: this.#nonce(),
      upload,
      epoch: resumingEpoch(upload, 1_000 + this.writers.length),
      ids: [...upload.blocks],
      content: this.content(upload),
    })
  }

  content(upload: Upload): string[] {
    return upload.blocks.flatMap((id) => this.#bytes.get(id) ?? [])
  }

  hasArrived(id: string): boolean {
    return this.staged.some((block) => block.id === id)
  }

  deliverAll(): void {
    while (this.#onTheirWay.length > 0) this.deliver(0, false)
  }

  #nonce(): string {
    return hashOfId(`writer ${this.writers.length}`).slice(0, 8)
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("write" as const), choice: fc.nat(), size: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("deliver" as const), choice: fc.nat(), isLost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("resume" as const) }) },
)

describe("an upload of several writers that overlap, whose blocks overtake each other or are lost", () => {
  function run(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): Service {
    const service = new Service()
    service.start()
    for (const one of steps) {
      if (one.type === "write") service.write(one.choice, one.size)
      else if (one.type === "deliver") service.deliver(one.choice, one.isLost)
      else service.resume()
    }
    return service
  }

  it("is what one of them meant, never a mixture", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const service = run(steps)
        const upload = latestUpload(service.staged)
        if (upload === undefined) throw new Error("the upload is gone")
        const content = service.content(upload)
        expect(upload.size).toBe(content.length)
        const isBeginning = ({ content: whole }: Writer) => content.every((byte, offset) => whole[offset] === byte)
        expect(service.writers.some(isBeginning)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it("is all that the last one wrote, once that has arrived, whatever of the others arrives later", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        (steps, sizes) => {
          const service = run(steps)
          service.resume()
          const last = service.writers.length - 1
          for (const size of sizes) service.write(last, size)
          const writer = service.writers[last]
          if (writer === undefined) throw new Error("the writer is gone")
          for (let deliveries = 0; !writer.ids.every((id) => service.hasArrived(id)); deliveries++)
            service.deliver(deliveries, false)
          expect(latestUpload(service.staged)).toMatchObject({ blocks: writer.ids, size: writer.content.length })
          service.deliverAll()
          expect(latestUpload(service.staged)).toMatchObject({ blocks: writer.ids, size: writer.content.length })
        },
      ),
      { numRuns: 500 },
    )
  })
})
