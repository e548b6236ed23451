/**
 * Makes a generator whose `return()` is heard before its first `next()`, too. Of one that has not
 * begun no line runs, so that nothing which it was given would be told to end.
 *
 * @param items the generator; not begun
 * @param endUnread called, once, where it is ended before it has begun
 */
export function endableGenerator<Item>(
  items: AsyncGenerator<Item, void>,
  endUnread: () => void,
): AsyncGenerator<Item, void> {
  let hasBegun = false
  const end = (): void => {
    if (!hasBegun) endUnread()
    hasBegun = true
  }
  const endable: AsyncGenerator<Item, void> = {
    next: () => {
      hasBegun = true
      return items.next()
    },
    return: (value) => {
      end()
      return items.return(value)
    },
    throw: (error) => {
      end()
      return items.throw(error)
    },
    [Symbol.asyncIterator]: () => endable,
    [Symbol.asyncDispose]: async () => {
      await endable.return()
    },
  }
  return endable
}
