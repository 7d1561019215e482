import { loadavg } from "node:os"
import { medianOf } from "../../cli/bench/statistics.ts"
import { startBackend } from "./backend.ts"
import type { Figure } from "./report.ts"

const counts = [100, 1_000, 2_000]
/** Of so many resumes before it each figure is the median. */
const span = 50
const piece = Buffer.alloc(1024, 7)

/** How long it takes to go on with an upload, one KiB each time, that was resumed so often before: opened, written to and closed. */
export async function* measureResumes(): AsyncGenerator<Figure> {
  await using backend = await startBackend()
  const { driver } = backend.direct
  await (await driver.writer("/resumed")).close()
  const times: number[] = []
  for (const count of counts) {
    while (times.length < count) {
      const begun = performance.now()
      const writer = await driver.writer("/resumed", { append: true })
      if (writer.size !== times.length * piece.length) throw new Error(`resumed at ${writer.size} after ${times.length} times`)
      await writer.write(piece)
      await writer.close()
      times.push(performance.now() - begun)
    }
    yield {
      of: `resume no. ${count} of one upload`,
      measure: "time",
      value: `${medianOf(times.slice(-span)).toFixed(0)} ms`,
      load: loadavg()[0] ?? Number.NaN,
    }
  }
}
