import { describeCount } from "../../fixtures/content-diagnosis.ts"
import type { CallOf } from "./calls.ts"
import { anything, givesSize, type Possibility, succeeds } from "./possibility.ts"
import { type State, withFile, withoutFiles, withUpload } from "./state.ts"

/** What opening a writer and its calls may come to. */

export function writer(state: State, { path, append, content }: CallOf<"writer">): readonly Possibility[] {
  if (state.unknown.has(path)) return [anything(state)]
  const pending = state.uploads.get(path)
  if (append && pending !== undefined) {
    return [givesSize("writer/append-resumes", pending.accepted, withUpload(state, path, { ...pending, open: true }))]
  }
  const rule = append
    ? "writer/append-to-empty-content"
    : pending === undefined
      ? "writer/replaces-what-was-there"
      : "writer/another-upload-begins-empty"
  return [givesSize(rule, 0, withUpload(state, path, { content, accepted: 0, open: true }))]
}

export function write(state: State, { path, length }: CallOf<"write">): readonly Possibility[] {
  const upload = state.uploads.get(path)
  if (upload === undefined) return [anything(state)]
  const accepted = upload.accepted + length
  const expected = `a size of at most ${describeCount(accepted)}`
  const next = withUpload(state, path, { ...upload, accepted })
  return [
    // Bytes that are still in a buffer need not be counted until close.
    {
      rule: "writer/commit-publishes",
      expected,
      accepts: (outcome) => outcome.kind === "size" && outcome.size <= accepted,
      next,
    },
    { rule: "writer/size-never-falls", expected, accepts: ({ kind }) => kind === "size", next, departs: true },
  ]
}

export function close(state: State, { path }: CallOf<"close">): readonly Possibility[] {
  const upload = state.uploads.get(path)
  if (upload === undefined) return [anything(state)]
  return [givesSize("writer/sizes-agree", upload.accepted, withUpload(state, path, { ...upload, open: false }))]
}

export function commit(state: State, { path }: CallOf<"commit">): readonly Possibility[] {
  const upload = state.uploads.get(path)
  if (upload === undefined) return [anything(state)]
  const content = { ...upload.content, length: upload.accepted }
  const published = withFile(withUpload(state, path, undefined), path, { content, origin: "commit" })
  return [givesSize("writer/sizes-agree", upload.accepted, published)]
}

/** What was there before the upload may have gone when it began. */
export function cancel(state: State, { path }: CallOf<"cancel">): readonly Possibility[] {
  if (!state.uploads.has(path)) return [anything(state)]
  const given = withUpload(state, path, undefined)
  const rule = "writer/cancel-leaves-nothing"
  const without = succeeds(rule, withoutFiles(given, [path], "cancel"))
  return state.files.has(path) ? [succeeds(rule, given), without] : [without]
}
