/** Of the table of benchmarks. */
export const columns = [
  "what",
  "delay",
  "driver",
  "SDK",
  "Distribution's way",
  "times the SDK",
  "times Distribution's way",
  "load",
  "date",
  "commit",
] as const
export type Column = (typeof columns)[number]
