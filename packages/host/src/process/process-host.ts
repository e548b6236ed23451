import { randomUUID } from 'node:crypto'
import type { PluginId, WorkspaceId } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import { CallSignal } from '../call-signal.ts'
import { CallsInFlight } from '../calls-in-flight.ts'
import type {
  EndpointCall,
  Host,
  HostedEndpoint,
  HostedPlugin,
  HostFacts,
  ToolCall,
} from '../host.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { abortError, orAborted } from '../or-aborted.ts'
import { checkCall } from '../parse-call.ts'
import { pluginNotFound } from '../plugin-not-found.ts'
import { watchBody } from '../watch-body.ts'
import type { EndpointInvocation } from './endpoint-invocation.ts'
import { begin, type Entered } from './entered.ts'
import { residentBytes, watchMemory } from './memory-watch.ts'
import { encodeParameters, type InvocationOrder } from './orders.ts'
import type { PluginRunner } from './plugin-runner.ts'
import { crashed, isLostProcess } from './process-end.ts'
import { ProcessRoom, type ProcessHostOptions } from './process-room.ts'
import { toRequestHead } from './request-head.ts'
import type { ToolInvocation } from './tool-invocation.ts'

/** How long a process may take to end a cancelled call before new calls go to another, in milliseconds. */
const suspectAfterMs = 100
/** Most attempts of a tool that declares itself idempotent. */
const maxAttempts = 3

/** Runs plugins in processes of their own: the modes `process` and `sandbox`. */
export class ProcessHost implements Host {
  readonly #options: ProcessHostOptions
  readonly #room: ProcessRoom
  readonly #calls = new CallsInFlight()
  readonly #stopWatching: () => void
  #closing: Promise<void> | undefined

  constructor(options: ProcessHostOptions) {
    this.#options = options
    this.#room = new ProcessRoom(options)
    this.#stopWatching = watchMemory(() => {
      for (const runner of this.#room.runners) runner.watch(({ pid }) => residentBytes(pid))
    })
  }

  get plugins(): readonly PluginManifest[] {
    return Array.from(this.#room.runners, ({ manifest }) => manifest)
  }

  async prepare(): Promise<HostFacts> {
    return this.#room.prepare()
  }

  async describe(plugin: PluginId): Promise<HostedPlugin> {
    return this.#find(plugin).describe()
  }

  async findEndpoint(plugin: PluginId, path: string): Promise<HostedEndpoint | null> {
    return this.#find(plugin).findEndpoint(path)
  }

  async reload(
    manifest: PluginManifest,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<HostedPlugin> {
    const runner = this.#find(manifest.id)
    return runner.replace(manifest, this.#options.grantsOf(manifest), signal)
  }

  async *invokeTool(call: ToolCall): AsyncGenerator<Message, void, void> {
    checkCall(call)
    const runner = this.#find(call.plugin)
    const deadline = new CallSignal(call.signal, call.plugin, runner.grants.timeoutMs)
    const { signal } = deadline
    let end: (() => void) | null = null
    try {
      end = this.#calls.begin(signal)
      const parameters = encodeParameters(call.parameters)
      const invocationId = randomUUID()
      for (let attempt = 1; ; attempt++) {
        const messages = this.#attempt(
          runner,
          { ...call, parameters, invocationId, attempt },
          signal,
        )
        const outcome = yield* messages
        if (outcome === 'done') return
      }
    } finally {
      deadline.end()
      end?.()
    }
  }

  async handleRequest(call: EndpointCall): Promise<Response> {
    checkCall(call)
    const runner = this.#find(call.plugin)
    const deadline = new CallSignal(call.signal, call.plugin, runner.grants.timeoutMs)
    const { signal } = deadline
    let end: (() => void) | null = null
    try {
      end = this.#calls.begin(signal)
      const entered = await this.#enter(runner, call.workspace, signal)
      const invocation = begin(entered, () => {
        const head = toRequestHead(call, runner.manifest.settings)
        const order = this.#toOrder(runner, call.workspace, randomUUID(), 1)
        return entered.process.invokeEndpoint({ ...order, head, body: call.request.body })
      })
      const stop = this.#watchOver(invocation, entered, signal)
      try {
        const response = await orAborted(invocation.response, signal)
        // How long a body streams is its reader's business.
        deadline.endTime()
        return watchBody(response, () => {
          end?.()
          this.#endWithin(invocation, stop)
          void invocation.ended.then(() => deadline.end())
        })
      } catch (error) {
        stop()
        throw error
      }
    } catch (error) {
      deadline.end()
      end?.()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#calls.drain()
    this.#stopWatching()
    await this.#room.close()
  }

  /** One attempt of a tool. @returns whether it is done, or may be tried again */
  async *#attempt(
    runner: PluginRunner,
    call: Omit<ToolCall, 'parameters'> & {
      readonly parameters: Uint8Array
      readonly invocationId: string
      readonly attempt: number
    },
    signal: AbortSignal,
  ): AsyncGenerator<Message, 'done' | 'again', void> {
    const entered = await this.#enter(runner, call.workspace, signal, call.tool)
    const invocation = begin(entered, () => {
      const order = this.#toOrder(runner, call.workspace, call.invocationId, call.attempt)
      const { tool, parameters } = call
      return entered.process.invokeTool({ ...order, tool, parameters })
    })
    const stop = this.#watchOver(invocation, entered, signal)
    let hasAnswered = false
    try {
      for (;;) {
        const step = await orAborted(invocation.next(), signal)
        if (step.done === true) return 'done'
        hasAnswered = true
        this.#note(step.value, call)
        yield step.value
      }
    } catch (error) {
      const mayRetry = entered.isIdempotent && !hasAnswered && call.attempt < maxAttempts
      if (mayRetry && !signal.aborted && isLostProcess(error)) return 'again'
      throw error
    } finally {
      if (!invocation.hasEnded) {
        invocation.cancel(null)
        // Its last blocks run before its caller goes on, as in one process.
        if (!signal.aborted) await orAborted(invocation.ended, signal).catch(() => undefined)
      }
      if (signal.aborted) stop()
    }
  }

  async #enter(
    runner: PluginRunner,
    workspace: WorkspaceId,
    signal: AbortSignal,
    tool?: string,
  ): Promise<Entered> {
    await orAborted(runner.describe(), signal)
    const seat = runner.seatOf(workspace)
    const leave = await seat.gate.enter(signal)
    const acquiring = seat.supervisor.acquire()
    try {
      const { process, description, release } = await orAborted(acquiring, signal)
      const found = description.tools.find(({ name }) => name === tool)
      return { process, seat, leave, release, isIdempotent: found?.idempotent ?? false }
    } catch (error) {
      leave()
      // It may come when nobody waits for it any more.
      acquiring.then(
        ({ release }) => release(),
        () => undefined,
      )
      throw error
    }
  }

  #toOrder(
    { manifest, grants }: PluginRunner,
    workspace: WorkspaceId,
    invocationId: string,
    attempt: number,
  ): InvocationOrder {
    const scope = { workspace, plugin: manifest.id }
    return { invocationId, attempt, served: { scope, quota: { maxBytes: grants.quotaBytes } } }
  }

  /**
   * Sees to it that an invocation ends: when its signal aborts, it is cancelled, and when it has not
   * ended after the grace, its process is killed. Its place is free when it has ended.
   *
   * @returns cancels it now, for the reason of the signal
   */
  #watchOver(
    invocation: ToolInvocation | EndpointInvocation,
    { process, seat, leave }: Entered,
    signal: AbortSignal,
  ): () => void {
    const { graceMs } = this.#options.times
    const plugin = invocation.served.scope.plugin
    let timer: NodeJS.Timeout | null = null
    const cancel = (): void => {
      if (timer !== null || invocation.hasEnded) return
      invocation.cancel(abortError(signal))
      // It may be stuck, and whoever calls now is not to wait for it.
      const suspicion = setTimeout(() => seat.supervisor.abandon(process), suspectAfterMs)
      void invocation.ended.then(() => clearTimeout(suspicion))
      timer = setTimeout(() => {
        process.kill(
          crashed(plugin, `another call did not end within ${graceMs} ms of being cancelled`),
        )
      }, graceMs)
    }
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()
    void invocation.ended.then(() => {
      signal.removeEventListener('abort', cancel)
      if (timer !== null) clearTimeout(timer)
      leave()
      seat.supervisor.invocationEnded(process)
    })
    return cancel
  }

  /** An endpoint whose body nobody reads any more has the grace to end by itself. */
  #endWithin(invocation: EndpointInvocation, stop: () => void): void {
    if (invocation.hasEnded) return
    const timer = setTimeout(stop, this.#options.times.graceMs)
    void invocation.ended.then(() => clearTimeout(timer))
  }

  /** What a tool says to the operator goes to the operator's log, too. */
  #note(
    message: Message,
    call: {
      readonly plugin: PluginId
      readonly workspace: WorkspaceId
      readonly invocationId: string
    },
  ): void {
    if (message.type !== 'log') return
    const { level, text, data } = message
    const { plugin, workspace, invocationId } = call
    const at = Date.now()
    this.#options.onLog({ at, plugin, workspace, invocationId, source: 'tool', level, text, data })
  }

  #find(plugin: PluginId): PluginRunner {
    const runner = this.#room.find(plugin)
    if (runner !== undefined) return runner
    throw pluginNotFound(plugin, this.plugins)
  }
}
