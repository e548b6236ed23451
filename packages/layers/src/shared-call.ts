import type { CallOptions } from '@holdfast/core'

/** A call that several callers wait for. */
export interface SharedCall {
  /** Its signal aborts when all of them have given up; its deadline is the last of theirs. */
  readonly options: CallOptions
  /** Lets go of their signals. */
  readonly end: () => void
}

/** Makes one call for several callers. As long as one of them waits, it goes on. */
export function shareCall(callers: readonly (CallOptions | undefined)[]): SharedCall {
  const signals = new Set(callers.map((options) => options?.signal))
  const waiting = [...signals].filter((signal) => signal?.aborted !== true)
  const deadlines = callers.map((options) => options?.deadlineAt)
  const deadlineAt = deadlines.every((deadline) => deadline !== undefined)
    ? Math.max(...deadlines)
    : undefined
  const controller = new AbortController()
  let left = waiting.length
  const onAbort = (event: Event): void => {
    left--
    if (left === 0) controller.abort((event.target as AbortSignal).reason)
  }
  for (const signal of waiting) signal?.addEventListener('abort', onAbort, { once: true })
  return {
    options: { signal: controller.signal, deadlineAt },
    end: () => {
      for (const signal of waiting) signal?.removeEventListener('abort', onAbort)
    },
  }
}
