import { expect, test } from 'vitest'
import { HoldfastError, manageDriver } from '../src/index.ts'
import { rejection } from './caught.ts'
import { scope, scriptDriver } from './script-driver.ts'

/** A call that ends with its signal, for the reason of the signal. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

/** A managed driver below a layer that is managed, too. */
function layered(): ReturnType<typeof manageDriver> {
  const below = manageDriver(
    scriptDriver({ clear: (_scope, options) => untilAborted(options?.signal) }),
  )
  return manageDriver(
    scriptDriver({
      open: () => below.open(),
      clear: (target, options) => below.clear(target, options),
      close: () => below.close(),
    }),
  )
}

test('a deadline is a deadline below a layer, too', async () => {
  await using driver = layered()
  await driver.open()
  const error = await rejection(driver.clear(scope, { deadlineAt: Date.now() + 20 }))
  expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
})

test('a call that its caller aborts below a layer says so, with the reason of the caller', async () => {
  await using driver = layered()
  await driver.open()
  const controller = new AbortController()
  const cleared = rejection(driver.clear(scope, { signal: controller.signal }))
  const reason = new HoldfastError('TOOL_FAILED', 'The tool has failed.')
  controller.abort(reason)
  expect(await cleared).toMatchObject({ code: 'ABORTED', cause: reason })
})
