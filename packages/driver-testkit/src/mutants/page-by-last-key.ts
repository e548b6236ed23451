import { decodeCursor, encodeCursor, type StorageDriver, type StorageKey } from '@holdfast/core'
import { listWhole, overrideDriver } from './override-driver.ts'

/**
 * A driver that pages by itself, with the last key of a page as its cursor.
 *
 * @param isNext - whether a page that follows one may have a key, by the last key before it and by
 * all keys that there are
 */
export function pageByLastKey(
  driver: StorageDriver,
  isNext: (key: StorageKey, lastKey: string, keys: readonly string[]) => boolean,
): StorageDriver {
  return overrideDriver(driver, {
    async list(scope, query) {
      const [lastKey] = query.cursor === null ? [] : decodeCursor(query.cursor, 1)
      const all = await listWhole(driver, scope, query)
      const keys = all.map(({ key }) => key)
      const rest = all.filter(({ key }) => lastKey === undefined || isNext(key, lastKey, keys))
      const entries = rest.slice(0, query.limit)
      const end = entries.at(-1)?.key
      const isLast = end === undefined || entries.length === rest.length
      return { entries, cursor: isLast ? null : encodeCursor([end]) }
    },
  })
}
