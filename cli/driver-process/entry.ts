import { BlackBox } from "./black-box.ts"
import { DriverHost } from "./host.ts"
import { type DriverProcessMessage, heartbeat, type RequestMessage } from "./protocol.ts"
import { refusalOf } from "./refusals.ts"

/** Entry of a driver process: takes requests from the command until the command ends or lets go. */

/** Milliseconds to let go of all that was taken, for a process that nobody waits for any more. */
const endLimit = 30_000

/** Nobody hears a process whose command has ended: to try would be an error that nobody handles, and that is sent too. */
const send = (message: DriverProcessMessage): void => {
  if (process.connected) process.send?.(message)
}
const host = new DriverHost({ send, openBlackBox: (path) => new BlackBox(path) })

process.on("message", (message: RequestMessage) => {
  host
    .handle(message.name, message.asks)
    .then((answers) => send({ type: "storage-driver-conformance:answer", id: message.id, answers }))
    .catch((reason: unknown) => send({ type: "storage-driver-conformance:refusal", id: message.id, ...refusalOf(reason) }))
})
process.on("disconnect", () => {
  setTimeout(() => process.exit(), endLimit).unref()
  host.end().finally(() => process.exit())
})
process.on("uncaughtException", (reason) => host.stray(reason))
process.on("unhandledRejection", (reason) => host.stray(reason))
setInterval(() => send({ type: "storage-driver-conformance:alive" }), heartbeat).unref()
