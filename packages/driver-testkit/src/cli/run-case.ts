import { inspect, stripVTControlCharacters } from 'node:util'
import type { CaseResult } from './case-result.ts'
import type { CaseContext, TestCase } from './test-part.ts'

/** How long a case that has run out of time has to clean up, in milliseconds. */
export const graceMs = 2_000

/**
 * Runs a case for no longer than its time. What a driver throws where nobody catches it counts as a
 * failure of the case that is running.
 */
export async function runCase(
  testCase: TestCase,
  context: Omit<CaseContext, 'signal'>,
): Promise<CaseResult> {
  const { id, title, promises, skipped } = testCase
  if (skipped !== null) {
    return { id, title, outcome: 'skipped', promises, durationMs: 0, message: skipped }
  }
  const startedAt = performance.now()
  const result = (outcome: CaseResult['outcome'], message: string): CaseResult => {
    const durationMs = Math.round(performance.now() - startedAt)
    return { id, title, outcome, promises, durationMs, message }
  }
  try {
    return result('passed', (await runInTime(testCase, context)) ?? '')
  } catch (error) {
    const blamed = [...new Set(testCase.blame?.(error) ?? [])]
    return {
      ...result('broken', describe(error)),
      ...(blamed.length > 0 ? { promises: blamed } : {}),
    }
  }
}

async function runInTime(
  testCase: TestCase,
  context: Omit<CaseContext, 'signal'>,
): Promise<string | void> {
  const { timeoutMs } = testCase
  const limit = new AbortController()
  const trouble = Promise.withResolvers<never>()
  const onStray = (error: unknown): void =>
    trouble.reject(new Error('Nobody caught an error of the driver.', { cause: error }))
  process.on('uncaughtException', onStray)
  const timer = setTimeout(() => {
    limit.abort(new Error(`It did not come to its end in ${timeoutMs / 1_000} seconds.`))
    trouble.reject(limit.signal.reason as Error)
  }, timeoutMs)
  const running = testCase.run({ ...context, signal: limit.signal })
  try {
    return await Promise.race([running, trouble.promise])
  } catch (error) {
    if (limit.signal.aborted) await settled(running)
    throw error
  } finally {
    clearTimeout(timer)
    process.off('uncaughtException', onStray)
  }
}

/** Waits a moment for what has been told to end. */
async function settled(running: Promise<unknown>): Promise<void> {
  const grace = Promise.withResolvers<void>()
  const timer = setTimeout(() => grace.resolve(), graceMs)
  await Promise.race([grace.promise, running.catch(() => undefined)])
  clearTimeout(timer)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Something was thrown that is no error: ${inspect(error)}`
  const cause = error.cause === undefined ? '' : `\nCause: ${describe(error.cause)}`
  const text = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  return stripVTControlCharacters(text.trimEnd() + cause)
}
