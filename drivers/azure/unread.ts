/**
 * Counts the bytes of a reader's ranges that have come and are not read yet, and lets those ranges wait that would exceed the limit.
 * What a range that waits has asked for stays with the system and the service: it is on its way, and takes no memory here.
 */
export class Unread {
  #limit: number
  #bytes = 0
  #change = Promise.withResolvers<void>()

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  came(bytes: number): void {
    this.#bytes += bytes
  }

  taken(bytes: number): void {
    this.#bytes -= bytes
    this.changed()
  }

  /** Lets those that wait look whether they still have to. */
  changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  /** Nobody waits any more. */
  end(): void {
    this.#limit = Number.POSITIVE_INFINITY
    this.changed()
  }

  /**
   * Undefined where there is room for more, otherwise a promise for the moment when there is.
   *
   * @param isNext whether it is for the range that is read now: that goes on in any case, as all others are behind it
   */
  room(isNext: () => boolean): Promise<void> | undefined {
    return this.#isFull(isNext) ? this.#untilRoom(isNext) : undefined
  }

  #isFull(isNext: () => boolean): boolean {
    return this.#bytes >= this.#limit && !isNext()
  }

  async #untilRoom(isNext: () => boolean): Promise<void> {
    while (this.#isFull(isNext)) await this.#change.promise
  }
}
