import { cut } from './bodies.ts'
import { mebibyte, noise } from './bytes.ts'
import type { ScopeHandle } from './scope-handle.ts'

/** Length of a value that is too large for a driver to hand it over at a stroke, in bytes. */
export const sizable: number = 3 * mebibyte

/** Writes two such values: one is streamed, and one given whole. */
export async function putSizable(store: ScopeHandle): Promise<void> {
  await store.upload('streamed', cut(noise(sizable)))
  await store.put('whole', noise(sizable))
}
