import {
  HoldfastError,
  type PluginId,
  type PluginScope,
  quoteOrDescribe,
  type StorageDriver,
} from '@holdfast/core'
import type { Message } from '@holdfast/session'
import { bindDriver, type InvocationContext, runEndpoint, runTool } from '@holdfast/session/runtime'
import type { EndpointCall, Host, HostedEndpoint, HostedPlugin, ToolCall } from '../host.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { CallsInFlight } from './calls-in-flight.ts'
import { loadPlugin } from './load-plugin.ts'
import { type LoadedPlugin, toLoadedPlugin } from './loaded-plugin.ts'
import { orAborted } from './or-aborted.ts'
import { watchBody } from './watch-body.ts'

/** Runs plugins in its own process; see the mode `inline` of {@link HostOptions}. */
export class InlineHost implements Host {
  readonly plugins: readonly PluginManifest[]
  readonly #driver: StorageDriver
  readonly #calls = new CallsInFlight()
  readonly #loading = new Map<PluginId, Promise<LoadedPlugin>>()

  constructor(driver: StorageDriver, plugins: readonly PluginManifest[]) {
    this.#driver = driver
    this.plugins = plugins
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
    const signal = call.signal ?? neverAborted()
    const end = this.#calls.begin(signal)
    try {
      const plugin = await orAborted(this.#load(call.plugin), signal)
      const context = this.#makeContext(plugin, call, signal)
      const messages = runTool(plugin.definition, call.tool, call.parameters, context)
      yield* untilAborted(messages, signal)
    } finally {
      end()
    }
  }

  async handleRequest(call: EndpointCall): Promise<Response> {
    const signal = call.signal ?? neverAborted()
    const end = this.#calls.begin(signal)
    try {
      const plugin = await orAborted(this.#load(call.plugin), signal)
      const context = this.#makeContext(plugin, call, signal)
      const settings = { ...plugin.manifest.settings, ...call.settings }
      const response = runEndpoint(plugin.definition, call.path, call.request, settings, context)
      return watchBody(await orAborted(response, signal), end)
    } catch (error) {
      end()
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
    const known = this.plugins.map((plugin) => plugin.id).join(', ')
    throw new HoldfastError(
      'PLUGIN_NOT_FOUND',
      `There is no plugin ${quoteOrDescribe(id)} here; ${known === '' ? 'there are none' : `there is ${known}`}.`,
      { context: { plugin: id } },
    )
  }

  #makeContext(
    { manifest }: LoadedPlugin,
    { workspace }: Pick<PluginScope, 'workspace'>,
    signal: AbortSignal,
  ): InvocationContext {
    const { id, version, quotaBytes } = manifest
    return {
      storage: bindDriver(this.#driver, { workspace, plugin: id }, { maxBytes: quotaBytes }),
      workspace,
      plugin: { id, version },
      invocationId: crypto.randomUUID(),
      attempt: 1,
      signal,
      clock: Date.now,
    }
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

function neverAborted(): AbortSignal {
  return new AbortController().signal
}
