import { withArgumentChecks } from "../../drivers/base.ts"
import type { StorageDriver } from "../../drivers/contract.ts"
import { walkByListing } from "../../drivers/walk.ts"
import { changed, overriding, writing } from "../../fixtures/mutants/mutant.ts"
import { refusing } from "../../fixtures/mutants/refusing.ts"
import { type Serve, serveWell, serving } from "../../fixtures/mutants/serving.ts"
import { buffering } from "../../fixtures/mutants/unusual/uploads.ts"

/**
 * The in-memory driver with what none of those that come with the suite has without a service behind it, so that it shows what becomes
 * of it in the code that they share: redirect URLs, writers that send what they have taken at the end only, and a misconfiguration
 * under which a walk's listing is allowed and nothing else.
 */
export default changed({
  spoil: (driver) => withArgumentChecks(serving(writing(driver, buffering), serveReads)),
  capabilities: { redirectURL: true },
  misconfigure: (driver) => withArgumentChecks(listingOnly(driver)),
})

const serveReads: Serve = (request, response, content) => {
  if (request.method === "GET" || request.method === "HEAD") serveWell(request, response, content)
  else response.writeHead(405, { connection: "close" }).end()
}

function listingOnly(driver: StorageDriver): StorageDriver {
  const behind = refusing(driver)
  const listable = overriding(behind, { list: async (path) => [`${path}/file`] })
  return overriding(behind, { walk: (path, visit, options) => walkByListing(listable, path, visit, options) })
}
