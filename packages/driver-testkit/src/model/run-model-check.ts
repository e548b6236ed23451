import * as fc from 'fast-check'
import type { DriverUnderTest } from '../driver-under-test.ts'
import { commandArbitrary } from './command-arbitrary.ts'
import { isRight, ModelCheckFailure, type ModelReplay, UnknownPath } from './model-check-failure.ts'
import type { ModelAction, ModelCommand } from './model-command.ts'
import type { ModelStep } from './model-step.ts'
import { ModelWorld } from './model-world.ts'
import { Patience } from './patience.ts'
import { lookAtWhole, performCommand } from './perform-command.ts'

/** The most commands that are run on one store. */
const mostInSequence = 100

/** How long it looks for fewer commands that fail, too, in milliseconds. */
const mostShrinkingMs = 30_000

/** Of its time, how much a command has while less is looked for that is not answered either. */
const shareWhenShrinking = 1 / 5

/** The number of a sequence, then which of its shorter ones, and so on. */
const pathFormat = /^\d{1,7}(:\d{1,7})*$/

/** Options of {@link runModelCheck}. */
export interface ModelCheckOptions {
  readonly subject: DriverUnderTest
  /** How many commands are run, at least. Default 500. */
  readonly commands?: number | undefined
  /** From which all choices follow. Default 1. */
  readonly seed?: number | undefined
  /** Runs the commands of a failure again, and nothing else: its `replay`. */
  readonly replay?: ModelReplay | undefined
  /**
   * How long a driver may take to answer a command, in milliseconds; one that is not answered by then
   * has failed. Default 10,000.
   */
  readonly commandTimeoutMs?: number | undefined
  /**
   * Whether to look for fewer commands that fail, too, for at most 30 s. Default `true`. Where a
   * command was not answered, those that are tried then have a fifth of its time.
   */
  readonly shrink?: boolean | undefined
  /** Breaks the check off. */
  readonly signal?: AbortSignal | undefined
}

/** Figures of a check that found nothing wrong. */
export interface ModelCheckRun {
  readonly seed: number
  readonly commands: number
  /** On how many stores they were run. */
  readonly stores: number
  readonly byKind: Readonly<Partial<Record<ModelAction['kind'], number>>>
}

/**
 * Runs commands that are chosen at random on stores of a driver, and on a model that is too simple
 * to be wrong, and compares every answer, every refusal, and in the end all that is stored. The
 * commands commit, read, list, clear, sweep, stream and so on, as far as the driver supports that,
 * on few keys, so that they meet. They are run one after the other: what happens at once is for
 * `runLinearizability`. Of a watch, only its first state is looked at, since when it gives others is
 * up to the driver.
 *
 * Where the answers differ, it looks for as few and as plain commands as possible after which they
 * still do.
 *
 * @throws {@link ModelCheckFailure} with those commands and the answers, and with what runs them
 * again
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for a replay whose path leads to no commands
 * @example
 * ```ts
 * await runModelCheck({ subject, commands: 10_000, seed: 7 })
 * await runModelCheck({ subject, replay: { seed: 7, path: '12:3:0' } })
 * ```
 */
export async function runModelCheck(options: ModelCheckOptions): Promise<ModelCheckRun> {
  const { subject, commands = 500, replay, shrink = true, signal } = options
  const { commandTimeoutMs = 10_000 } = options
  const seed = replay?.seed ?? options.seed ?? 1
  const tally = new Tally(replay === undefined ? commands : 1)
  let failedAt: number | null = null
  let limitMs = commandTimeoutMs
  const property = fc.asyncProperty(sequenceArbitrary(subject), async (sequence) => {
    signal?.throwIfAborted()
    // Once something has failed, what runs is the search for less that does.
    const isEnough =
      failedAt === null ? tally.isFull : performance.now() > failedAt + mostShrinkingMs
    if (isEnough) throw new fc.PreconditionFailure(true)
    const patience = new Patience(limitMs)
    try {
      tally.add(await runSequence(subject, sequence, patience))
    } catch (error) {
      failedAt ??= performance.now()
      if (patience.isOver) limitMs = commandTimeoutMs * shareWhenShrinking
      throw error
    }
  })
  const found = await checkProperty(property, replay, {
    seed,
    path: replay?.path ?? '',
    // The tally says when it is enough.
    numRuns: Number.MAX_SAFE_INTEGER,
    endOnFailure: !shrink || replay !== undefined,
  })
  signal?.throwIfAborted()
  if (replay !== undefined && found.numRuns === 0) throw new UnknownPath(replay)
  if (!found.failed) return { seed, ...tally.figures }
  const { errorInstance: error, counterexamplePath: path } = found
  const { steps, cause } = error instanceof Divergence ? error : { steps: [], cause: error }
  throw new ModelCheckFailure(subject, { steps, cause, replay: { seed, path: path ?? '' } })
}

async function checkProperty<Values>(
  property: fc.IAsyncProperty<Values>,
  replay: ModelReplay | undefined,
  parameters: fc.Parameters<Values>,
): Promise<fc.RunDetails<Values>> {
  if (replay === undefined) return await fc.check(property, parameters)
  if (!pathFormat.test(replay.path)) throw new UnknownPath(replay)
  try {
    return await fc.check(property, parameters)
  } catch {
    // What is wrong with the driver is among the details; it throws where the path leads nowhere.
    throw new UnknownPath(replay)
  }
}

/** The figures of a check in one line, for whoever reads the output of the tests. */
export function formatModelCheck({ seed, commands, stores, byKind }: ModelCheckRun): string {
  const kinds = Object.entries(byKind)
    .toSorted(([, left], [, right]) => right - left)
    .map(([kind, count]) => `${count} ${kind}`)
  return `seed ${seed}: ${commands} commands on ${stores} stores, all answered as by the model: ${kinds.join(', ')}`
}

/**
 * Sequences of commands, the last one first: of an array, fast-check tries to leave out what comes
 * first, and of a sequence that fails, what comes after its failure is in nobody's interest.
 */
function sequenceArbitrary(subject: DriverUnderTest): fc.Arbitrary<readonly ModelCommand[]> {
  const backwards = fc.array(commandArbitrary(subject), { maxLength: mostInSequence, size: 'max' })
  // With a bias to the small, most sequences would be too short for anything to come together.
  return fc.noBias(backwards).map((commands) => commands.toReversed())
}

/** Runs commands on a store of their own. Returns those that had something to do. */
async function runSequence(
  subject: DriverUnderTest,
  sequence: readonly ModelCommand[],
  patience: Patience,
): Promise<readonly ModelCommand[]> {
  const steps: ModelStep[] = []
  const run: ModelCommand[] = []
  try {
    await using world = await ModelWorld.open(subject, patience)
    for (const command of sequence) {
      const step = await performCommand(command, world)
      if (step === null) continue
      run.push(command)
      steps.push(step)
      if (!isRight(step)) throw new Divergence(steps)
    }
    for await (const look of lookAtWhole(world)) {
      if (look !== null && !isRight(look)) throw new Divergence([...steps, look])
    }
  } catch (error) {
    // What a store does when it is left comes second.
    const first = error instanceof SuppressedError ? (error.suppressed as unknown) : error
    throw first instanceof Divergence ? first : new Divergence(steps, { cause: error })
  }
  return run
}

/** The driver has gone another way than the model, with the last of the steps. */
class Divergence extends Error {
  readonly steps: readonly ModelStep[]

  constructor(steps: readonly ModelStep[], options?: ErrorOptions) {
    super('The driver and the model have answered differently.', options)
    this.steps = steps
  }
}

class Tally {
  readonly #most: number
  readonly #byKind: Partial<Record<ModelAction['kind'], number>> = {}
  #commands = 0
  #stores = 0

  constructor(most: number) {
    this.#most = most
  }

  get isFull(): boolean {
    return this.#commands >= this.#most
  }

  get figures(): Omit<ModelCheckRun, 'seed'> {
    return { commands: this.#commands, stores: this.#stores, byKind: this.#byKind }
  }

  add(run: readonly ModelCommand[]): void {
    this.#stores++
    this.#commands += run.length
    for (const { kind } of run) this.#byKind[kind] = (this.#byKind[kind] ?? 0) + 1
  }
}
