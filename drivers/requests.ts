import type { FileWriter, StorageDriver } from "./contract.ts"

/** Makes a request: at one moment, before or after which it may wait. */
export type Request = <Value>(make: () => Promise<Value>) => Promise<Value>

/** The driver with each call, but a walk, made through `request`; so are those of its writers. A walk goes straight to the driver. */
export function throughRequests(driver: StorageDriver, request: Request): StorageDriver {
  const { close } = driver
  return {
    name: driver.name,
    getContent: (path, options) => request(() => driver.getContent(path, options)),
    putContent: (path, content, options) => {
      const copy = content.slice()
      return request(() => driver.putContent(path, copy, options))
    },
    reader: (path, options) =>
      request(async () => {
        const stream = await driver.reader(path, options)
        stream.on("error", () => {}) // it may be aborted on its way to the caller, when nobody listens yet
        return stream
      }),
    writer: async (path, options) => new RequestingWriter(await request(() => driver.writer(path, options)), request),
    stat: (path, options) => request(() => driver.stat(path, options)),
    list: (path, options) => request(() => driver.list(path, options)),
    move: (source, destination, options) => request(() => driver.move(source, destination, options)),
    delete: (path, options) => request(() => driver.delete(path, options)),
    redirectURL: (path, options) => request(() => driver.redirectURL(path, options)),
    walk: (path, visit, options) => driver.walk(path, visit, options),
    ...(close && { close: () => close.call(driver) }),
  }
}

class RequestingWriter implements FileWriter {
  readonly #writer: FileWriter
  readonly #request: Request

  constructor(writer: FileWriter, request: Request) {
    this.#writer = writer
    this.#request = request
  }

  get size(): number {
    return this.#writer.size
  }

  write(...[chunk, options]: Parameters<FileWriter["write"]>): Promise<void> {
    const copy = chunk.slice()
    return this.#request(() => this.#writer.write(copy, options))
  }

  close(...[options]: Parameters<FileWriter["close"]>): Promise<void> {
    return this.#request(() => this.#writer.close(options))
  }

  cancel(...[options]: Parameters<FileWriter["cancel"]>): Promise<void> {
    return this.#request(() => this.#writer.cancel(options))
  }

  commit(...[options]: Parameters<FileWriter["commit"]>): Promise<void> {
    return this.#request(() => this.#writer.commit(options))
  }
}
