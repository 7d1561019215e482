import { Writable } from "node:stream"

/**
 * A stream that passes on what it is given for as long as somebody takes it. Vitest waits for its output to be flushed, and would wait
 * for ever behind a pipe that was closed at the other end.
 */
export function patientStream(stream: NodeJS.WriteStream): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (stream.writable) stream.write(chunk, () => done())
      else done()
    },
  })
}
