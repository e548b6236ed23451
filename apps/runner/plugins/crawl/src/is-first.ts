import { isHoldfastError } from '@holdfast/session'

/** Whether a write with `ifVersion` was made. If not, somebody else was faster. */
export async function isFirst(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isHoldfastError(error, 'VERSION_MISMATCH')) return false
    throw error
  }
}
