import { setTimeout } from 'node:timers/promises'
import { parseWorkspaceId } from '@holdfast/core'
import type { Host } from '../../src/index.ts'
import { runStep, type StepOutcome } from '../samples/run-step.ts'
import type { SampleStep } from '../samples/sample-steps.ts'
import { mixCalls } from './mix-calls.ts'
import type { MixReport, Reading } from './mix-report.ts'

/** How much of the mix to run: at least so many invocations and crashes. */
export interface MixExtent {
  readonly invocations: number
  readonly crashes: number
  readonly crashEveryMs: number
  /** How many workspaces the clients share. */
  readonly workspaces: number
}

const inFlight = 64
const mostReadings = 20
const patienceMs = 60_000
const linger: SampleStep = { plugin: 'crasher', tool: 'linger', parameters: {} }
const waysToCrash = ['exit', 'signal', 'memory'] as const

/** Many invocations of many plugins at once, while one of the plugins crashes again and again. */
export class MixRun {
  readonly #host: Host
  readonly #extent: MixExtent
  readonly #read: () => Reading
  readonly #samples = new Map<string, number>()
  readonly #victims = new Map<string, number>()
  readonly #foreign: string[] = []
  readonly #readings: Reading[] = []
  #begun = 0
  #unanswered = 0
  #crashes = 0

  /** @param read takes a reading of what this process holds */
  constructor(host: Host, extent: MixExtent, read: () => Reading) {
    this.#host = host
    this.#extent = extent
    this.#read = read
  }

  async run(): Promise<MixReport> {
    // Every plugin has its processes and its data before the clients come.
    for (let client = 0; client < this.#extent.workspaces; client++) {
      for (const call of [...mixCalls, linger]) await this.#invoke(call, client)
    }
    await this.#readIdle()
    const clients = Array.from({ length: inFlight }, (_, number) => this.#call(number))
    await Promise.all([...clients, this.#crash()])
    await this.#readIdle()
    return {
      invocations: this.#begun,
      crashes: this.#crashes,
      unanswered: this.#unanswered,
      foreign: this.#foreign,
      samples: Object.fromEntries(this.#samples),
      victims: Object.fromEntries(this.#victims),
      readings: this.#readings,
    }
  }

  get #isOver(): boolean {
    const { invocations, crashes } = this.#extent
    return this.#begun >= invocations && this.#crashes >= crashes
  }

  async #call(client: number): Promise<void> {
    for (let round = client; !this.#isOver; round++) {
      const call = round % 5 === 0 ? linger : mixCalls[round % mixCalls.length]
      if (call !== undefined) await this.#invoke(call, client)
      // While it is away it is refused at once, and would be asked for again and again.
      if (call === linger) await setTimeout(5)
    }
  }

  async #crash(): Promise<void> {
    while (this.#crashes < this.#extent.crashes || (this.#crashes > 0 && !this.#isOver)) {
      const how = waysToCrash[this.#crashes % waysToCrash.length] ?? 'exit'
      this.#crashes++
      await this.#invoke({ plugin: 'crasher', tool: 'crash', parameters: { how } }, 0)
      await setTimeout(this.#extent.crashEveryMs)
    }
  }

  /** When the event loop has gone round, what invocations have left behind is garbage. */
  async #readIdle(): Promise<void> {
    await setTimeout(100)
    this.#readings.push(this.#read())
  }

  async #invoke(step: SampleStep, client: number): Promise<void> {
    const workspace = parseWorkspaceId(`workspace-${client % this.#extent.workspaces}`)
    const counts = step.plugin === 'crasher' ? this.#victims : this.#samples
    this.#begun++
    const due = (this.#readings.length * this.#extent.invocations) / mostReadings
    const isDue = this.#readings.length > 0 && this.#readings.length < mostReadings
    if (isDue && this.#begun > due) this.#readings.push(this.#read())
    try {
      const outcome = await inTime(runStep(this.#host, workspace, step))
      if (outcome === undefined) this.#unanswered++
      else counts.set(nameOf(outcome), (counts.get(nameOf(outcome)) ?? 0) + 1)
    } catch (error) {
      this.#foreign.push(String(error))
    }
  }
}

function nameOf(outcome: StepOutcome): string {
  if ('code' in outcome) return outcome.code
  return 'messages' in outcome ? 'done' : String(outcome.status)
}

async function inTime<Result>(call: Promise<Result>): Promise<Result | undefined> {
  const controller = new AbortController()
  const { signal } = controller
  const end = setTimeout(patienceMs, undefined, { signal }).catch(() => undefined)
  try {
    return await Promise.race([call, end])
  } finally {
    controller.abort()
  }
}
