import { escapeControls } from '../escape-controls.ts'
import { writeText } from '../write-text.ts'
import { openTarget, parseKey, type TargetOptions } from './target.ts'
import { withSession } from './with-session.ts'

export type RemoveOptions = TargetOptions

/** Removes keys, says which of them were there, and frees their space in the store. */
export async function remove(
  keys: readonly string[],
  options: RemoveOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const key of keys) parseKey(options.storeName, key)
  await using target = await openTarget(options, { create: false, signal })
  await withSession(target, null, signal, async (session) => {
    const store = options.storeName === 'storage' ? session.storage : session.persistent_store
    const removed: string[] = []
    for (const key of new Set(keys)) if (await store.exists(key)) removed.push(key)
    await store.deleteMany(new Set(keys))
    const missing = keys.filter((key) => !removed.includes(key))
    await writeText(
      process.stdout,
      options.json === true
        ? `${JSON.stringify({ removed, missing })}\n`
        : [
            ...removed.map((key) => `Removed "${escapeControls(key)}".\n`),
            ...missing.map((key) => `"${escapeControls(key)}" was not there.\n`),
          ].join(''),
    )
  })
  // A store may leave the space of large values to whoever stays longer than this process.
  await target.driver.sweep(Date.now(), { signal })
}
