import type { Case } from "../execution/rule-context.ts"

const MiB = 1024 ** 2

/** Makes a call and tells how long it took: never judged, since a backend may slow down as it fills, and the machine has others to serve. */
export async function timed<Value>(
  { measured }: Pick<Case, "measured">,
  what: string,
  call: () => Promise<Value>,
): Promise<Value> {
  const begun = performance.now()
  const value = await call()
  measured(`${what}: ${milliseconds(performance.now() - begun)}`)
  return value
}

/** As {@link timed}, for what carries so many bytes. */
export async function timedTransfer<Value>(
  { measured }: Pick<Case, "measured">,
  what: string,
  bytes: number,
  call: () => Promise<Value>,
): Promise<Value> {
  const begun = performance.now()
  const value = await call()
  const took = performance.now() - begun
  const rate = bytes / MiB / (took / 1_000)
  measured(`${what} of ${Math.round(bytes / MiB).toLocaleString("en-US")} MiB: ${milliseconds(took)}, ${Math.round(rate)} MiB/s`)
  return value
}

function milliseconds(took: number): string {
  return `${took < 10 ? took.toFixed(1) : Math.round(took).toLocaleString("en-US")} ms`
}
