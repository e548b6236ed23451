import { sep } from 'node:path'

/** Whether an absolute path is another one, or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === sep ? sep : folder + sep)
}
