import azure from "../../drivers/azure/index.ts"
import type { DriverModule } from "../../drivers/define.ts"
import filesystem from "../../drivers/filesystem/index.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { unusualDrivers } from "../../fixtures/mutants/unusual.ts"

interface GoodDriver {
  readonly module: DriverModule
  /** Where processes load it from; an unusual driver lives in the memory of one, so that no rule asks for another. */
  readonly url?: string
}

/** What the names of unusual drivers begin with. */
export const unusual = "unusual: "

/** Drivers that no rule may accuse, by name: those that come with the suite, and legal ones that do what others do not. */
export const goodDrivers: ReadonlyMap<string, GoodDriver> = new Map<string, GoodDriver>([
  ...[azure, filesystem, inmemory].map(
    (module) => [module.name, { module, url: new URL(`../../drivers/${module.name}/index.ts`, import.meta.url).href }] as const,
  ),
  ...unusualDrivers.map(({ id, module }) => [unusual + id, { module }] as const),
])
