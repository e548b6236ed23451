import { setTimeout } from 'node:timers/promises'
import { isHoldfastError, type JsonValue, parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import type { Message } from '@holdfast/session'
import { createHost, type Host, type PluginLimits } from '../../src/index.ts'
import { builtFixture } from '../built-fixture.ts'
import type { HostRow } from '../host-rows.ts'

const workspace = parseWorkspaceId('acme')
const mebibyte = 1_048_576
const limits: Partial<PluginLimits> = { memoryBytes: 128 * mebibyte }
const patienceMs = 30_000
/** Calls of the bystander before it is attacked: in soaks enough to know what they take. */
const callsBefore = process.env['HOLDFAST_SOAK'] === undefined ? 5 : 200
/** How long it rests between two of them. */
const restMs = 2

/** What came of a call: its messages, or its error. */
export type Outcome =
  | { readonly messages: readonly Message[] }
  | { readonly code: string; readonly retryable: boolean }

/** A host with a plugin that attacks, and one beside it that works on meanwhile. */
export class AttackedHost implements AsyncDisposable {
  readonly host: Host
  /** What became of calls of the bystander that did not succeed. */
  readonly disturbances: unknown[] = []
  /** How long the bystander's calls took, in milliseconds: of those before the first attack, and others. */
  readonly #before: number[] = []
  readonly #during: number[] = []
  readonly #stack: AsyncDisposableStack
  #isOver = false
  #working: Promise<void> | undefined

  private constructor(host: Host, stack: AsyncDisposableStack) {
    this.host = host
    this.#stack = stack
  }

  /** By how much the 99th percentile of what the bystander's calls take rose with the attacks. */
  get riseOfP99Ms(): number {
    return percentile99(this.#during) - percentile99(this.#before)
  }

  /** How long the slowest of the bystander's calls took, in milliseconds. */
  get slowestMs(): number {
    return Math.max(...this.#during)
  }

  /** How many calls of the bystander have ended since the attacks began. */
  get callsBeside(): number {
    return this.#during.length
  }

  /** Both plugins run, and the bystander works. */
  static async open(row: HostRow, timeoutMs = 1_500): Promise<AttackedHost> {
    await using stack = new AsyncDisposableStack()
    const driver = stack.use(createMemoryDriver())
    await driver.open()
    const [attacker, bystander] = await Promise.all(['attacker', 'bystander'].map(builtFixture))
    if (attacker === undefined || bystander === undefined) throw new Error('A fixture is missing.')
    const plugins = [
      { ...attacker, limits: { ...attacker.limits, ...limits, timeoutMs } },
      bystander,
    ]
    const host = stack.use(createHost({ driver, plugins, graceMs: 300, ...row.options }))
    const attacked = new AttackedHost(host, stack.move())
    await attacked.call('harmless')
    for (let calls = 0; calls < callsBefore; calls++) {
      await attacked.#work(attacked.#before)
      await setTimeout(restMs)
    }
    attacked.#working = attacked.#workOn()
    return attacked
  }

  /** Calls a tool of the attacker. */
  call(tool: string, parameters: JsonValue = {}, signal?: AbortSignal): Promise<Outcome> {
    const call = { workspace, plugin: parsePluginId('attacker'), tool, parameters, signal }
    return outcomeOf(Array.fromAsync(this.host.invokeTool(call)))
  }

  /** Calls the attacker until it serves again. */
  async recover(): Promise<Outcome> {
    const until = Date.now() + patienceMs
    for (;;) {
      const outcome = await this.call('harmless')
      if ('messages' in outcome || Date.now() > until) return outcome
      await setTimeout(20)
    }
  }

  /** Lets the bystander come to its end. */
  async rest(): Promise<void> {
    this.#isOver = true
    await this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest()
    await this.#stack.disposeAsync()
  }

  async #workOn(): Promise<void> {
    while (!this.#isOver) {
      await this.#work(this.#during)
      await setTimeout(restMs)
    }
  }

  async #work(latencies: number[]): Promise<void> {
    const call = { workspace, plugin: parsePluginId('bystander'), tool: 'work', parameters: {} }
    const begin = performance.now()
    const outcome = await outcomeOf(Array.fromAsync(this.host.invokeTool(call)))
    latencies.push(performance.now() - begin)
    if (!('messages' in outcome)) this.disturbances.push(outcome)
  }
}

function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY
}

async function outcomeOf(call: Promise<readonly Message[]>): Promise<Outcome> {
  try {
    return { messages: await call }
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    const { code, retryable } = error
    return { code, retryable }
  }
}
