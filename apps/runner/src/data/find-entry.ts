import { type Entry, HoldfastError } from '@holdfast/core'
import { parseKey, type Target } from './target.ts'

/**
 * Reads an entry that must be there.
 *
 * @throws {@link HoldfastError} `INVALID_KEY`, `KEY_NOT_FOUND`
 */
export async function findEntry(
  { driver, scope }: Target,
  text: string,
  signal: AbortSignal,
): Promise<Entry> {
  const key = parseKey(scope.store, text)
  const [entry] = await driver.get(scope, [key], { signal })
  if (entry !== undefined && entry !== null) return entry
  throw new HoldfastError(
    'KEY_NOT_FOUND',
    `There is no key ${JSON.stringify(key)} in ${scope.store} of the plugin "${scope.plugin}" in the workspace "${scope.workspace}". "holdfast data ls" lists what there is.`,
    { context: { ...scope, key } },
  )
}
