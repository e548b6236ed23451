import { inspect, stripVTControlCharacters } from 'node:util'
import type { CaseResult, Outcome } from './case-result.ts'
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
  const { skipped } = testCase
  if (skipped !== null) {
    return resultOf(testCase, 'skipped', { durationMs: 0, message: skipped })
  }
  const startedAt = performance.now()
  const result = (outcome: Outcome, message: string): CaseResult =>
    resultOf(testCase, outcome, {
      durationMs: Math.round(performance.now() - startedAt),
      message,
    })
  try {
    return result('passed', (await runInTime(testCase, context)) ?? '')
  } catch (error) {
    if (error instanceof UnusableReplay) throw error
    const message = describe(error)
    if (testCase.judge === undefined) return result('broken', message)
    if (error instanceof OutOfTime) return result('unfinished', message)
    return { ...result('broken', message), ...testCase.judge(error) }
  }
}

/** A result with what is the same for all. */
export function resultOf(
  { id, title, promises }: Pick<TestCase, 'id' | 'title' | 'promises'>,
  outcome: Outcome,
  rest: Pick<CaseResult, 'durationMs' | 'message'>,
): CaseResult {
  return { id, title, outcome, promises, isAnyOf: false, path: null, ...rest }
}

/** The error of a case that is to be run from where there is nothing; it shows nothing of a driver. */
export class UnusableReplay extends Error {}

/** The error of a case whose time is over. */
class OutOfTime extends Error {}

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
    const error = new OutOfTime(`It did not come to its end in ${timeoutMs / 1_000} seconds.`)
    // Before the case hears of it, whose own error would come first.
    trouble.reject(error)
    limit.abort(error)
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
