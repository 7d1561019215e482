import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"

/** A proxy that delays, as a process of its own: `node delay-proxy.ts <origin> <milliseconds>`. It ends with its parent. */
const [backend = "", delay = "0"] = process.argv.slice(2)
const proxy = await HttpProxy.start({ backend, delay: Number(delay) })
process.on("disconnect", () => process.exit(0))
process.send?.(proxy.origin)
