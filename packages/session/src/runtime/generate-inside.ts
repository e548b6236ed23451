import { describeValue, HoldfastError } from '@holdfast/core'
import type { Invocation } from '../invocation/invocation.ts'
import { refuseAborted } from '../invocation/live-context.ts'
import { parseMessage } from '../make-message.ts'
import type { Message } from '../message.ts'

/**
 * Hands on what a tool yields. A generator runs in the asynchronous context of whoever asks for its
 * next value, which is the caller of the tool; so each step enters the invocation anew.
 */
export async function* generateInside(
  invocation: Invocation,
  output: AsyncIterable<unknown, unknown, void>,
): AsyncGenerator<Message, void, void> {
  const iterator = invocation.run(() => output[Symbol.asyncIterator]())
  let isSuspended = true
  try {
    for (;;) {
      refuseAborted(invocation.context.signal)
      isSuspended = false
      const step = await invocation.run(() => iterator.next())
      if (step.done === true) {
        refuseReturned(step.value)
        return
      }
      isSuspended = true
      yield parseMessage(step.value)
    }
  } finally {
    if (isSuspended) await invocation.run(() => iterator.return?.())
  }
}

function refuseReturned(value: unknown): void {
  if (value === undefined) return
  throw new HoldfastError(
    'INVALID_MESSAGE',
    `A tool that is a generator yields its messages and returns nothing; it returned ${describeValue(value)}. Yield it.`,
  )
}
