import azure from "../../drivers/azure/index.ts"
import type { DriverModule } from "../../drivers/define.ts"
import filesystem from "../../drivers/filesystem/index.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { unusualDrivers } from "../../fixtures/mutants/unusual.ts"

/** Drivers that no rule may accuse, by name: those that come with the suite, and legal ones that do what others do not. */
export const goodDrivers: ReadonlyMap<string, DriverModule> = new Map([
  ...[azure, filesystem, inmemory].map((module) => [module.name, module] as const),
  ...unusualDrivers.map(({ id, module }) => [`unusual: ${id}`, module] as const),
])
