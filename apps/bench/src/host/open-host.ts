import {
  type JsonValue,
  parseStorageKey,
  parseWorkspaceId,
  type PluginId,
  type StorageDriver,
} from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, type Host, type HostOptions } from '@holdfast/host'
import type { JsonObject, Message } from '@holdfast/session'

const workspace = parseWorkspaceId('bench')

/** A host over a store in memory. */
export class OpenHost implements AsyncDisposable {
  readonly #driver: StorageDriver
  readonly #host: Host
  readonly #signal: AbortSignal

  private constructor(driver: StorageDriver, host: Host, signal: AbortSignal) {
    this.#driver = driver
    this.#host = host
    this.#signal = signal
  }

  /** @param signal - ends also the calls */
  static async open(options: Omit<HostOptions, 'driver'>, signal: AbortSignal): Promise<OpenHost> {
    const driver = createMemoryDriver()
    await driver.open()
    const host = createHost({ ...options, driver })
    // What a host finds out once is no part of what a plugin takes to start.
    await host.prepare()
    return new OpenHost(driver, host, signal)
  }

  /** Calls a tool. Returns its last message, if it has any. */
  async call(
    plugin: PluginId,
    tool: string,
    parameters: JsonObject = {},
  ): Promise<Message | undefined> {
    let last: Message | undefined
    for await (const message of this.start(plugin, tool, parameters)) last = message
    return last
  }

  /** Calls a tool that answers with JSON. */
  async ask(plugin: PluginId, tool: string, parameters: JsonObject): Promise<JsonValue> {
    const message = await this.call(plugin, tool, parameters)
    if (message?.type === 'json') return message.value
    throw new Error(`The tool ${tool} gave ${message?.type ?? 'no message'} and no JSON.`)
  }

  /** Calls a tool whose messages are taken one by one. */
  start(
    plugin: PluginId,
    tool: string,
    parameters: JsonObject = {},
    signal: AbortSignal = this.#signal,
  ): AsyncIterableIterator<Message> {
    return this.#host.invokeTool({ workspace, plugin, tool, parameters, signal })
  }

  /** Reads a value of a plugin's `session.storage` without the plugin. */
  async read(plugin: PluginId, key: string): Promise<Uint8Array> {
    const scope = { workspace, plugin, store: 'storage' } as const
    const [entry] = await this.#driver.get(scope, [parseStorageKey(key)])
    if (!entry) throw new Error(`The plugin has no ${key}.`)
    return entry.value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.close()
    await this.#driver.close()
  }
}
