/** Most keys that one write may have. */
const batchSize = 1_000

/** Cuts a list into pieces that are small enough for one call of a store. */
export function* inBatches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let first = 0; first < items.length; first += batchSize) {
    yield items.slice(first, first + batchSize)
  }
}
