import type { ErrorCode } from '@holdfast/core'

/** What the model answers where a driver has to reject. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly context: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, context: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.context = context
  }
}
