import { setImmediate } from "node:timers/promises"
import { withArgumentChecks } from "../../drivers/base.ts"
import type { StorageDriver } from "../../drivers/contract.ts"
import { walkByListing } from "../../drivers/walk.ts"
import { changed, overriding, writing } from "../../fixtures/mutants/mutant.ts"
import { refusing } from "../../fixtures/mutants/refusing.ts"
import { type Serve, serveWell, serving } from "../../fixtures/mutants/serving.ts"
import { buffering } from "../../fixtures/mutants/unusual/uploads.ts"

/**
 * The in-memory driver with what none of those that come with the suite has without a service behind it, so that it shows what becomes
 * of it in the code that they share: redirect URLs, writers that send what they have taken at the end only, calls that are aborted with
 * an error of the service's client, and a misconfiguration under which a walk's listing is allowed and nothing else, and the rest fails
 * with an error of that client.
 */
export default changed({
  spoil: (driver) => withArgumentChecks(serving(abortedByItsClient(writing(driver, buffering)), serveReads)),
  capabilities: { redirectURL: true },
  misconfigure: (driver) => withArgumentChecks(listingOnly(driver)),
})

/** Each call, and each of a writer, is told of its signal when it has done its work, as by an answer that comes too late. */
function abortedByItsClient(driver: StorageDriver): StorageDriver {
  return overriding(driver, {
    getContent: (path, { signal } = {}) => answering(signal, () => driver.getContent(path)),
    putContent: (path, content, { signal } = {}) => answering(signal, () => driver.putContent(path, content)),
    reader: (path, { signal, ...options } = {}) => answering(signal, () => driver.reader(path, options)),
    stat: (path, { signal } = {}) => answering(signal, () => driver.stat(path)),
    list: (path, { signal } = {}) => answering(signal, () => driver.list(path)),
    move: (source, destination, { signal } = {}) => answering(signal, () => driver.move(source, destination)),
    delete: (path, { signal } = {}) => answering(signal, () => driver.delete(path)),
    redirectURL: (path, { signal, ...options } = {}) => answering(signal, () => driver.redirectURL(path, options)),
    walk: (path, visit, { signal, ...options } = {}) => answering(signal, () => driver.walk(path, visit, options)),
    writer: async (path, { signal, ...options } = {}) => {
      const writer = await answering(signal, () => driver.writer(path, options))
      return overriding(writer, {
        write: (chunk, { signal } = {}) => answering(signal, () => writer.write(chunk)),
        close: ({ signal } = {}) => answering(signal, () => writer.close()),
        commit: ({ signal } = {}) => answering(signal, () => writer.commit()),
        cancel: ({ signal } = {}) => answering(signal, () => writer.cancel()),
      })
    },
  })
}

async function answering<Value>(signal: AbortSignal | undefined, make: () => Promise<Value>): Promise<Value> {
  const made = await make()
  await setImmediate()
  if (signal?.aborted) throw Object.assign(new Error("the request was aborted"), { name: "AbortError" })
  return made
}

const serveReads: Serve = (request, response, content) => {
  if (request.method === "GET" || request.method === "HEAD") serveWell(request, response, content)
  else response.writeHead(405, { connection: "close" }).end()
}

function listingOnly(driver: StorageDriver): StorageDriver {
  const behind = refusing(driver, () => new Error("403: the key was refused"))
  const listable = overriding(behind, { list: async (path) => [`${path}/file`] })
  return overriding(behind, { walk: (path, visit, options) => walkByListing(listable, path, visit, options) })
}
