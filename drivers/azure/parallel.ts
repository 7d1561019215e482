/**
 * Runs something on each item, several at once. After the first failure none is begun any more, and this rejects with it once those
 * under way have ended: nothing goes on behind the caller's back.
 *
 * @param atOnce how many run side by side
 */
export async function inParallel<Item>(items: Iterable<Item>, atOnce: number, run: (item: Item) => Promise<void>): Promise<void> {
  const left = Iterator.from(items)
  let failure: { readonly error: unknown } | undefined
  const work = async () => {
    for (let next = left.next(); next.done !== true && failure === undefined; next = left.next()) {
      try {
        await run(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  if (failure !== undefined) throw failure.error
}
