import { isHoldfastError } from '@holdfast/core'
import { explainExport, explainLoadError, loadFailed, placeOf } from '../load/load-failure.ts'
import type { LoadOrder } from '../wire/load-order.ts'

/**
 * Makes the error of a plugin that could not be loaded.
 *
 * A module that does not parse is thrown on instead, which ends the process: only in doing so does
 * Node say where. The host reads it from stderr.
 */
export function explainFailure(error: unknown, order: LoadOrder): Error {
  const subject = { ...order, id: order.plugin }
  if (isHoldfastError(error, 'PLUGIN_LOAD_FAILED')) {
    return loadFailed(subject, explainExport(error), error)
  }
  const place = placeOf(error)
  if (error instanceof SyntaxError && place === undefined) {
    process.nextTick(() => {
      throw error
    })
  }
  return loadFailed(subject, explainLoadError(error, place, subject), error, place)
}
