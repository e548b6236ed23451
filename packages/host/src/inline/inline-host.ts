import { HoldfastError, type PluginId, type PluginScope, type StorageDriver } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import { bindDriver, type InvocationContext, runEndpoint, runTool } from '@holdfast/session/runtime'
import { CallGate } from '../call-gate.ts'
import { CallSignal } from '../call-signal.ts'
import { CallsInFlight } from '../calls-in-flight.ts'
import type { PluginGrants } from '../grants/plugin-grants.ts'
import type {
  EndpointCall,
  Host,
  HostedEndpoint,
  HostedPlugin,
  HostFacts,
  ToolCall,
} from '../host.ts'
import { loadPlugin } from '../load/load-plugin.ts'
import { type LoadedPlugin, toLoadedPlugin } from '../load/loaded-plugin.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { orAborted } from '../or-aborted.ts'
import { checkCall } from '../parse-call.ts'
import type { PluginLog } from '../plugin-log.ts'
import { pluginNotFound } from '../plugin-not-found.ts'
import { encodeParameters } from '../process/orders.ts'
import { watchBody } from '../watch-body.ts'
import { prepareMessage } from '../wire/message-codec.ts'

/** What a host in its own process is made of. */
export interface InlineHostOptions {
  readonly driver: StorageDriver
  readonly plugins: readonly PluginManifest[]
  readonly grantsOf: (manifest: PluginManifest) => PluginGrants
  readonly onLog: (log: PluginLog) => void
}

/** Runs plugins in its own process; see the mode `inline` of {@link HostOptions}. */
export class InlineHost implements Host {
  readonly plugins: readonly PluginManifest[]
  readonly #options: InlineHostOptions
  readonly #gates = new Map<PluginId, CallGate>()
  readonly #calls = new CallsInFlight()
  readonly #loading = new Map<PluginId, Promise<LoadedPlugin>>()

  constructor(options: InlineHostOptions) {
    this.#options = options
    this.plugins = options.plugins
  }

  prepare(): Promise<HostFacts> {
    return Promise.resolve({
      weaknesses: ['plugins run in the process of the host: nothing holds them back'],
    })
  }

  reload({ id }: PluginManifest): Promise<HostedPlugin> {
    return Promise.reject(
      new HoldfastError(
        'UNSUPPORTED',
        `The plugin "${id}" runs in the process of the host, where code that is loaded stays. Restart the host, or use the mode "process".`,
        { context: { plugin: id } },
      ),
    )
  }

  async describe(plugin: PluginId): Promise<HostedPlugin> {
    return (await this.#load(plugin)).description
  }

  async findEndpoint(plugin: PluginId, path: string): Promise<HostedEndpoint | null> {
    const { definition, description } = await this.#load(plugin)
    const index = definition.routes.findIndex(({ pattern }) => pattern.test({ pathname: path }))
    return description.endpoints[index] ?? null
  }

  async *invokeTool(call: ToolCall): AsyncGenerator<Message, void, void> {
    checkCall(call)
    // Nothing is sent anywhere, but what could not be sent to a process is refused here, too.
    encodeParameters(call.parameters)
    const { signal, grants, leave } = this.#begin(call)
    try {
      const plugin = await this.#enter(call, grants, signal, leave)
      const context = this.#makeContext(plugin, call, grants, signal)
      const messages = runTool(plugin.definition, call.tool, call.parameters, context)
      for await (const message of untilAborted(messages, signal)) {
        this.#note(message, context)
        prepareMessage(message)
        yield message
      }
    } finally {
      leave.all()
    }
  }

  async handleRequest(call: EndpointCall): Promise<Response> {
    checkCall(call)
    const { deadline, signal, grants, leave } = this.#begin(call)
    try {
      const plugin = await this.#enter(call, grants, signal, leave)
      const context = this.#makeContext(plugin, call, grants, signal)
      const settings = { ...plugin.manifest.settings, ...call.settings }
      const answering = runEndpoint(plugin.definition, call.path, call.request, settings, context)
      const response = await orAborted(answering, signal)
      // How long a body streams is its reader's business.
      deadline.endTime()
      return watchBody(response, () => leave.all())
    } catch (error) {
      leave.all()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#calls.drain()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Loads a plugin once; what failed to load stays so, as it does in Node's own cache of modules. */
  async #load(id: PluginId): Promise<LoadedPlugin> {
    const existing = this.#loading.get(id)
    if (existing !== undefined) return existing
    const manifest = this.#findManifest(id)
    const loading = loadPlugin(manifest).then((definition) => toLoadedPlugin(manifest, definition))
    this.#loading.set(id, loading)
    return loading
  }

  #findManifest(id: PluginId): PluginManifest {
    const manifest = this.plugins.find((plugin) => plugin.id === id)
    if (manifest !== undefined) return manifest
    throw pluginNotFound(id, this.plugins)
  }

  /** Begins a call: its time runs, and it is in flight until it leaves. */
  #begin({ plugin, signal: caller }: Pick<ToolCall, 'plugin' | 'signal'>): BegunCall {
    const grants = this.#options.grantsOf(this.#findManifest(plugin))
    const deadline = new CallSignal(caller, plugin, grants.timeoutMs)
    const leave = new Leaving()
    leave.add(() => deadline.end())
    try {
      leave.add(this.#calls.begin(deadline.signal))
    } catch (error) {
      leave.all()
      throw error
    }
    return { deadline, signal: deadline.signal, grants, leave }
  }

  async #enter(
    { plugin }: Pick<ToolCall, 'plugin'>,
    grants: PluginGrants,
    signal: AbortSignal,
    leave: Leaving,
  ): Promise<LoadedPlugin> {
    const loaded = await orAborted(this.#load(plugin), signal)
    const gate = this.#gates.get(plugin) ?? new CallGate(plugin, grants)
    this.#gates.set(plugin, gate)
    leave.add(await gate.enter(signal))
    return loaded
  }

  #makeContext(
    { manifest }: LoadedPlugin,
    { workspace }: Pick<PluginScope, 'workspace'>,
    { quotaBytes }: PluginGrants,
    signal: AbortSignal,
  ): InvocationContext {
    const { id, version } = manifest
    const scope = { workspace, plugin: id }
    return {
      storage: bindDriver(this.#options.driver, scope, { maxBytes: quotaBytes }),
      workspace,
      plugin: { id, version },
      invocationId: crypto.randomUUID(),
      attempt: 1,
      signal,
      clock: Date.now,
    }
  }

  /** What a tool says to the operator goes to the operator's log, too. */
  #note(message: Message, { workspace, plugin, invocationId }: InvocationContext): void {
    if (message.type !== 'log') return
    const { level, text, data } = message
    const at = Date.now()
    const { id } = plugin
    this.#options.onLog({
      at,
      plugin: id,
      workspace,
      invocationId,
      source: 'tool',
      level,
      text,
      data,
    })
  }
}

interface BegunCall {
  readonly deadline: CallSignal
  readonly signal: AbortSignal
  readonly grants: PluginGrants
  readonly leave: Leaving
}

/** What is to be done when a call is over, once. */
class Leaving {
  readonly #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }

  all(): void {
    for (const step of this.#steps.splice(0)) step()
  }
}

/** Hands on messages until the signal aborts, also while a step goes on that heeds no signal. */
async function* untilAborted(
  messages: AsyncGenerator<Message, void, void>,
  signal: AbortSignal,
): AsyncGenerator<Message, void, void> {
  const abandon = (): void => {
    // Its caller has been told already that it was aborted.
    messages.return().catch(() => undefined)
  }
  signal.addEventListener('abort', abandon)
  try {
    for (;;) {
      const step = await orAborted(messages.next(), signal)
      if (step.done === true) return
      yield step.value
    }
  } finally {
    signal.removeEventListener('abort', abandon)
    if (signal.aborted) abandon()
    else await orAborted(messages.return(), signal)
  }
}
