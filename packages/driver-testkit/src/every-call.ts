import type { CallOptions } from '@holdfast/core'
import { cut } from './bodies.ts'
import { noise } from './bytes.ts'
import type { ScopeHandle } from './scope-handle.ts'

/** A call of a driver with some arguments, of which only the options are left open. */
export interface DriverCall {
  readonly method: string
  readonly writes: boolean
  readonly run: (options?: CallOptions) => Promise<unknown>
}

/** Each kind of call that a driver serves while it is open, but for watching. */
export function everyCall(store: ScopeHandle): readonly DriverCall[] {
  const { driver } = store
  const everything = { workspace: null, plugin: null, cursor: null, limit: 10 }
  const puts = [store.putOf('new'), store.putOf('key', 'new')]
  return [
    { method: 'get', writes: false, run: (options) => store.getMany(['key'], options) },
    { method: 'list', writes: false, run: (options) => store.list({}, options) },
    { method: 'usage', writes: false, run: (options) => store.usage(options) },
    { method: 'scopes', writes: false, run: (options) => driver.scopes(everything, options) },
    { method: 'commit', writes: true, run: (options) => store.commit({ puts }, options) },
    { method: 'clear', writes: true, run: (options) => store.clear(options) },
    { method: 'sweep', writes: true, run: (options) => driver.sweep(Date.now(), options) },
    ...(driver.capabilities.maxStreamBytes > 0 ? streamCalls(store) : []),
  ]
}

function streamCalls(store: ScopeHandle): readonly DriverCall[] {
  const upload = (options?: CallOptions): Promise<unknown> =>
    store.upload('streamed', cut(noise(100_000)), {}, options)
  return [
    { method: 'readStream', writes: false, run: (options) => store.download('key', null, options) },
    { method: 'writeStream', writes: true, run: upload },
  ]
}
