import type { PersistentStore, SessionStorage } from '@holdfast/session'

/** Each method of a store, called with arguments that would do. */
export function storeCalls(
  store: SessionStorage | PersistentStore,
  value: unknown,
): Readonly<Record<string, () => Promise<unknown>>> {
  // What the two have in common, with the looser types of the one.
  const common = store as PersistentStore
  const calls = {
    get: () => common.get('k'),
    getEntry: () => common.getEntry('k'),
    exists: () => common.exists('k'),
    stat: () => common.stat('k'),
    getMany: () => common.getMany([]),
    set: () => common.set('k', value as never),
    setMany: () => common.setMany([]),
    delete: () => common.delete('k'),
    deleteMany: () => common.deleteMany([]),
    update: () => common.update('k', () => value as never),
    list: () => common.list(),
    keys: () => common.keys().next(),
    watch: () => common.watch(['k']).next(),
  }
  return 'stream' in store ? { ...calls, stream: () => store.stream('k') } : calls
}
