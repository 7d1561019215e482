import type { Model, Operation } from "../linearizability.ts"

/** Whether there is an order of the operations that the model allows: every one is tried. For tests of what is quicker. */
export function existsOrder<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): boolean {
  const isFirst = (candidate: Operation<Input, Output>, left: readonly Operation<Input, Output>[]): boolean =>
    left.every((other) => other.returned === undefined || other.returned >= candidate.called) &&
    (candidate.after === undefined || !left.includes(candidate.after))
  const goesOn = (state: State, left: readonly Operation<Input, Output>[]): boolean => {
    if (left.every(({ returned }) => returned === undefined)) return true
    return left.some((candidate) => {
      if (!isFirst(candidate, left)) return false
      const rest = left.filter((other) => other !== candidate)
      return model.step(state, candidate.input, candidate.output).some((next) => goesOn(next, rest))
    })
  }
  const initial = typeof model.initial === "function" ? model.initial(operations) : model.initial
  return initial.some((state) => goesOn(state, operations))
}
