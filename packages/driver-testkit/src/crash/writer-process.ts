import { ChildProgram } from '../child-program.ts'
import type { CrashMessage, WriterPlan } from './crash-message.ts'
import { countsFor, describeKillPoint, type KillPoint } from './kill-point.ts'
import type { Pace } from './pace.ts'

/** A process of writers from its start to its end. */
export interface WriterProcessOptions {
  readonly plan: WriterPlan
  /** When it is killed; `null` to let it end. */
  readonly killAt: KillPoint | null
  readonly pace: Pace
  /** How long it may live, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly hear: (message: CrashMessage) => void
}

/**
 * Runs a process of writers, kills it when its time has come, and waits until it is gone.
 *
 * @throws what `hear` throws; an `Error` when the process ends otherwise than it was to; the signal's
 * reason
 */
export async function runWriterProcess(options: WriterProcessOptions): Promise<void> {
  const { plan, killAt, timeoutMs, pace, hear } = options
  options.signal?.throwIfAborted()
  let counted = 0
  await using child = new ChildProgram({
    entry: new URL('./crash-writer-entry.ts', import.meta.url),
    plan,
    hear(told: unknown) {
      const message = told as CrashMessage
      pace.note(message)
      hear(message)
      if (killAt === null || !countsFor(killAt, message)) return
      counted++
      if (counted !== killAt.count) return
      sleepSync(pace.delayAt(killAt))
      child.kill()
    },
  })
  const limit = AbortSignal.timeout(timeoutMs)
  const given = options.signal ?? limit
  const broken = AbortSignal.any([limit, given])
  broken.addEventListener('abort', () => child.kill(), { once: true })
  const { code, signal, printed } = await child.ended
  if (given !== limit) given.throwIfAborted()
  const isAsMeant = killAt === null ? code === 0 : signal === 'SIGKILL'
  if (isAsMeant && !limit.aborted) return
  const meant = killAt === null ? 'once it had looked' : describeKillPoint(killAt)
  const ended = limit.aborted
    ? `was still there after ${timeoutMs} ms`
    : `ended with ${signal ?? `exit code ${code}`}`
  throw new Error(
    `Process ${child.pid} was to end ${meant}, and ${ended}. It printed:\n${printed || '(nothing)'}`,
  )
}

/** Waits for part of a millisecond, which no timer can. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
