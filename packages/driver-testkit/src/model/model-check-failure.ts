import { MisuseError } from '@holdfast/core'
import type { DriverUnderTest } from '../driver-under-test.ts'
import type { ModelStep } from './model-step.ts'

/** What makes `runModelCheck` run the commands of one failure, and nothing else. */
export interface ModelReplay {
  readonly seed: number
  /** Which sequence of commands of that seed, and how it was made shorter. */
  readonly path: string
}

/** The error of a driver that has not answered as the model did. */
export class ModelCheckFailure extends Error {
  override readonly name = 'ModelCheckFailure'
  /** As few commands as could be found, each with the answers to it; those of the last one differ. */
  readonly steps: readonly ModelStep[]
  readonly replay: ModelReplay

  constructor(
    subject: DriverUnderTest,
    { steps, replay, cause }: Pick<ModelCheckFailure, 'steps' | 'replay' | 'cause'>,
  ) {
    const { seed, path } = replay
    super(
      [
        summarize(subject.name, steps, cause),
        ...steps.map((step, index) => formatStep(step, index + 1)),
        `Seed: ${seed}`,
        `Path: ${path}`,
        `To run these commands alone: runModelCheck({ subject, replay: { seed: ${seed}, path: '${path}' } })`,
        `with a subject that has ${describeChoices(subject)}`,
      ].join('\n'),
      cause === undefined ? undefined : { cause },
    )
    this.steps = steps
    this.replay = replay
  }
}

/** The error of a replay whose path leads to no commands. */
export class UnknownPath extends MisuseError {
  constructor({ seed, path }: ModelReplay) {
    super(
      'INVALID_ARGUMENT',
      `The path ${path} leads to no commands of the seed ${seed}. A path is for its seed and its driver: with other capabilities, or with a clock or without, there are other commands.`,
    )
  }
}

/** By what, besides the seed, the commands are chosen. */
function describeChoices({ capabilities, takesClock = true }: DriverUnderTest): string {
  const { durability, shared, maxStreamBytes, maxWatchedKeys } = capabilities
  const choices = { takesClock, durability, shared, maxStreamBytes, maxWatchedKeys }
  return Object.entries(choices)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

function summarize(driver: string, steps: readonly ModelStep[], cause: unknown): string {
  const last = steps.at(-1)
  if (last === undefined || isRight(last)) {
    return `The ${driver} driver could not be tried further after ${steps.length} commands: ${String(cause)}`
  }
  return `The ${driver} driver answers otherwise than the model after ${steps.length} commands:`
}

function formatStep(step: ModelStep, number: number): string {
  const title = `  ${number}. ${step.title}`
  if (isRight(step)) return `${title}\n${indent(`→ ${step.got}`)}`
  return `${title}\n${indent(`expected: ${step.expected}`)}\n${indent(`got:      ${step.got}`)}`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '     ')
}

/** Whether the driver has answered as the model. */
export function isRight({ expected, got }: ModelStep): boolean {
  return expected === got
}
