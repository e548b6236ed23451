import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { HoldfastError } from '@holdfast/core'

/**
 * Reads stdin to its end.
 *
 * @throws {@link HoldfastError} `ABORTED`
 */
export async function readStdin(signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await buffer(addAbortSignal(signal, process.stdin))
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new HoldfastError('ABORTED', 'Reading from stdin was aborted.', { cause })
  }
}
