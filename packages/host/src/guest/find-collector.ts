import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// The process is left without it when it is hardened.
const setFlags = setFlagsFromString

/** Collects all that nothing holds, and makes the heap as small as can be. */
export type MemoryCollector = () => void

/**
 * Finds V8's own function for it, which is there only with a flag. The flag is set for a moment, for
 * with it a process would not accept the code caches that were made without it.
 *
 * To be called before code of a plugin runs: whoever gets hold of the function can have it write a
 * snapshot of the heap to any file, and code of a plugin may stand in the way of this one.
 */
export function findCollector(): MemoryCollector {
  setFlags('--expose-gc')
  try {
    const collect = runInNewContext('typeof gc === "function" ? gc : null') as Collect | null
    return () => collect?.(options)
  } finally {
    setFlags('--no-expose-gc')
  }
}

type Collect = (options: object) => void

// Nothing that a plugin adds to the prototypes of objects is an option.
const options: object = Object.freeze(
  Object.assign(Object.create(null) as object, {
    type: 'major',
    execution: 'sync',
    // It goes on until nothing more is found, and shrinks the spaces, which others leave as they are.
    flavor: 'last-resort',
  }),
)
