import { randomFillSync } from "node:crypto"
import { spreadOf } from "../cli/bench/statistics.ts"
import { contentOf, fillContent, firstDifference } from "../fixtures/content.ts"

/**
 * How fast contents are made and compared, beside what Node has for random bytes and for comparing buffers, in turns, by the
 * time that a processor worked on it, whatever else the machine did: `npm run bench:content`.
 */

const length = 256 * 1024 ** 2
const rounds = 9
const piece = 64 * 1024
const offset = 12_345

const content = contentOf(3, 2 ** 50)
const bytes = new Uint8Array(length)
fillContent(bytes, content, offset)
const same = Uint8Array.from(bytes)
const random = new Uint8Array(length)

function inPieces(each: (part: Uint8Array, position: number) => void): void {
  for (let position = 0; position < length; position += piece) each(bytes.subarray(position, position + piece), position)
}

function compareContent(part: Uint8Array, position: number): void {
  if (firstDifference(content, offset + position, part) !== undefined) throw new Error("the content is not what was made")
}

function compareBuffers(): void {
  if (Buffer.compare(bytes, same) !== 0) throw new Error("the buffers differ")
}

const measured: Readonly<Record<string, () => void>> = {
  "content made": () => fillContent(bytes, content, offset),
  "content made, 64 KiB at a time": () => inPieces((part, position) => fillContent(part, content, offset + position)),
  "crypto.randomFillSync": () => randomFillSync(random),
  "content compared": () => compareContent(bytes, 0),
  "content compared, 64 KiB at a time": () => inPieces(compareContent),
  "Buffer.compare": compareBuffers,
}

const rates = new Map<string, number[]>(Object.keys(measured).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(measured)) {
    const begun = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(begun)
    const seconds = (user + system) / 1e6
    // The first round warms up.
    if (round > 0) rates.get(name)?.push(length / 1024 ** 3 / seconds)
  }
}
for (const [name, values] of rates) {
  const { median, low, high } = spreadOf(values)
  process.stdout.write(`${name.padEnd(36)} ${median.toFixed(2)} GiB/s, ${low.toFixed(2)} – ${high.toFixed(2)}\n`)
}
