/** How much is tried of what several clients do at once. */
export interface ConcurrencyEffort {
  /** How often a workload is made anew and run: at least, and at most while the time is not up. */
  readonly rounds: { readonly least: number; readonly most: number; readonly milliseconds: number }
  /** Milliseconds for making a workload that fails smaller, and as many for repeating it. */
  readonly patience: number
}

export const usualEffort: ConcurrencyEffort = { rounds: { least: 16, most: 120, milliseconds: 1_500 }, patience: 6_000 }
