import type { Call } from "./calls.ts"
import { givesSize, type Possibility, succeeds } from "./possibility.ts"
import { type State, withFile, withoutFiles, withUpload } from "./state.ts"

/** What opening a writer and its calls may come to. */

type CallOf<Method extends Call["method"]> = Extract<Call, { readonly method: Method }>

export function writer(state: State, { path, append, content }: CallOf<"writer">): readonly Possibility[] {
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
  if (upload === undefined) return []
  const accepted = upload.accepted + length
  return [
    {
      rule: "writer/size-never-falls",
      expected: `a size of ${upload.accepted} to ${accepted} bytes`,
      // Bytes that are still in a buffer need not be counted until close.
      accepts: (outcome) => outcome.kind === "size" && outcome.size <= accepted,
      next: withUpload(state, path, { ...upload, accepted }),
    },
  ]
}

export function close(state: State, { path }: CallOf<"close">): readonly Possibility[] {
  const upload = state.uploads.get(path)
  if (upload === undefined) return []
  return [givesSize("writer/sizes-agree", upload.accepted, withUpload(state, path, { ...upload, open: false }))]
}

export function commit(state: State, { path }: CallOf<"commit">): readonly Possibility[] {
  const upload = state.uploads.get(path)
  if (upload === undefined) return []
  const content = { ...upload.content, length: upload.accepted }
  const published = withFile(withUpload(state, path, undefined), path, { content, origin: "commit" })
  return [givesSize("writer/sizes-agree", upload.accepted, published)]
}

/** What was there before the upload may have gone when it began. */
export function cancel(state: State, { path }: CallOf<"cancel">): readonly Possibility[] {
  const given = withUpload(state, path, undefined)
  const rule = "writer/cancel-leaves-nothing"
  const without = succeeds(rule, withoutFiles(given, [path], "cancel"))
  return state.files.has(path) ? [succeeds(rule, given), without] : [without]
}
