import { isHoldfastError } from '@holdfast/core'
import { explainExport, explainLoadError, loadFailed, placeOf } from '../load/load-failure.ts'
import type { LoadOrder } from '../wire/load-order.ts'

/**
 * Makes the error of a plugin that could not be loaded.
 *
 * @returns `null` for a module that does not parse: only if it is thrown on, which ends the process,
 * does Node say where. The host reads it from stderr, unless it is told something else before
 */
export function explainFailure(error: unknown, order: LoadOrder): Error | null {
  const subject = { ...order, id: order.plugin }
  if (isHoldfastError(error, 'PLUGIN_LOAD_FAILED')) {
    return loadFailed(subject, explainExport(error), error)
  }
  const place = placeOf(error)
  if (error instanceof SyntaxError && place === undefined) return null
  return loadFailed(subject, explainLoadError(error, place, subject), error, place)
}
