import {
  compareKeys,
  decodeCursor,
  encodeCursor,
  limits,
  type ListedEntry,
  type StorageDriver,
  type StorageKey,
} from '@holdfast/core'
import { listWhole, overrideDriver } from './override-driver.ts'

/** How a driver pages; what is left out is right. */
export interface Paging {
  readonly hasPrefix?: (key: StorageKey, prefix: string) => boolean
  readonly compare?: (left: StorageKey, right: StorageKey) => number
  /** Whether a key comes on a later page than the one that ended with another, of all keys. */
  readonly isAfter?: (key: StorageKey, lastKey: StorageKey, keys: readonly StorageKey[]) => boolean
  readonly maxPageBytes?: number
}

/** A driver that makes its pages by itself, with the last key of a page as the cursor. */
export function pageByItself(driver: StorageDriver, paging: Paging): StorageDriver {
  const { hasPrefix = (key, prefix) => key.startsWith(prefix), compare = compareKeys } = paging
  const { isAfter = (key, lastKey) => compare(key, lastKey) > 0 } = paging
  const { maxPageBytes = limits.maxListPageBytes } = paging
  return overrideDriver(driver, {
    async list(scope, { prefix, cursor, limit, keysOnly }) {
      const lastKey = cursor === null ? undefined : (decodeCursor(cursor, 1)[0] as StorageKey)
      const whole = await listWhole(driver, scope, { limit, keysOnly })
      const keys = whole.map(({ key }) => key)
      const rest = whole
        .filter(({ key }) => hasPrefix(key, prefix))
        .filter(({ key }) => lastKey === undefined || isAfter(key, lastKey, keys))
        .toSorted((left, right) => compare(left.key, right.key))
      const entries: ListedEntry[] = []
      let bytes = 0
      for (const entry of rest.slice(0, limit)) {
        entries.push(entry)
        bytes += entry.value?.length ?? 0
        if (bytes >= maxPageBytes) break
      }
      const last = entries.at(-1)
      const isLast = last === undefined || entries.length === rest.length
      return { entries, cursor: isLast ? null : encodeCursor([last.key]) }
    },
  })
}
