import type { OpenedStorage } from "../../../drivers/define.ts"
import { RequestGates } from "../../../fixtures/faults/request-gates.ts"

/** A storage over HTTP for each client, whose requests pass one at a time, in an order that a schedule decides. */
export class GatedStorages {
  readonly gates: RequestGates
  readonly #open: (origin: string) => Promise<OpenedStorage>
  readonly #opened = new Map<number, Promise<OpenedStorage>>()

  /**
   * @param backend origin of the backend
   * @param open opens the storage by way of another origin
   */
  constructor(backend: string, open: (origin: string) => Promise<OpenedStorage>) {
    this.gates = new RequestGates(backend)
    this.#open = open
  }

  storageOf(client: number): Promise<OpenedStorage> {
    const known = this.#opened.get(client)
    if (known !== undefined) return known
    const opening = this.gates.originFor(client).then((origin) => this.#open(origin))
    this.#opened.set(client, opening)
    return opening
  }

  async end(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values())
    for (const each of opened) if (each.status === "fulfilled") await each.value.close()
    await this.gates[Symbol.asyncDispose]()
  }
}
