/** What is known of a page, and therefore the beginning of the keys that say it. */
export type PageState = 'pending' | 'claimed' | 'visited'

/** Longest path, in bytes of its key without the state: a key has 512 bytes. */
const longestPathBytes = 500

/** A key of `persistent_store`, which has no `:` and no `#`, for a path that may have them. */
export function toPageKey(state: PageState, path: string): string {
  return `${state}/${encodePath(path)}`
}

/** The path in a key. */
export function pathOfKey(key: string): string {
  return decodeURIComponent(key.slice(key.indexOf('/') + 1))
}

/** Whether a path is short enough for a key. */
export function fitsKey(path: string): boolean {
  return Buffer.byteLength(encodePath(path)) <= longestPathBytes
}

function encodePath(path: string): string {
  return path.replaceAll(/[%:#]/g, encodeURIComponent)
}
