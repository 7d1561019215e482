/**
 * What a driver author imports: the contract, what every driver needs around it, `defineDriver`, and `conformance` for those who have
 * a test runner already; beside them the checker of histories, which is good for any store. Importing it loads no rule and no test
 * runner.
 */
export { withArgumentChecks } from "./drivers/base.ts"
export type { Clock } from "./drivers/clock.ts"
export * from "./drivers/contract.ts"
export {
  type BundledTargetName,
  type Capabilities,
  type ConnectOptions,
  type DriverModule,
  defineDriver,
  type OpenedStorage,
  type StartedTarget,
  type StartOptions,
  type Target,
  type Traffic,
} from "./drivers/define.ts"
export { type Listable, walkByListing } from "./drivers/walk.ts"
export {
  checkLinearizability,
  type Linearizability,
  type LinearizabilityOptions,
  type Model,
  type Operation,
  type Placed,
} from "./suites/concurrency/linearizability.ts"
export { type ConformanceOptions, conformance, type HostRunner } from "./suites/conformance.ts"
