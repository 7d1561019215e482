import type { Readable } from "node:stream"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import type { Command } from "./commands.ts"

/** A stream that was read in part, with the bytes that came. */
export interface OpenStream {
  readonly stream: Readable
  readonly start: Uint8Array
}

/** The writers and the half-read streams that a sequence has open, by path. */
export class Handles {
  readonly writers = new Map<string, ObservedWriter>()
  readonly streams = new Map<string, OpenStream>()

  /** Whether what the command works on is open; true for one that opens what it needs. */
  has({ method, ...command }: Command): boolean {
    if (!("path" in command)) return true
    switch (method) {
      case "write":
      case "close":
      case "commit":
      case "cancel":
        return this.writers.has(command.path)
      case "readRest":
      case "leave":
        return this.streams.has(command.path)
      default:
        return true
    }
  }
}
