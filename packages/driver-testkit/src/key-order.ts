/** Sorts keys by their bytes in UTF-8, by comparing just these: independent of what drivers use. */
export function sortedByUtf8(keys: readonly string[]): string[] {
  return keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
}
