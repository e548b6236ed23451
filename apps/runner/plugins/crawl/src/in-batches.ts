/** Most keys of one write, of the 1,000 that it may have, with room for a few others. */
export const batchSize = 900

/** Cuts a list into pieces that are small enough for one call of a store. */
export function* inBatches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let first = 0; first < items.length; first += batchSize) {
    yield items.slice(first, first + batchSize)
  }
}
