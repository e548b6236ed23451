import {
  type HoldfastError,
  type JsonValue,
  manageDriver,
  parsePluginId,
  parseWorkspaceId,
  type StorageDriver,
  type WorkspaceId,
} from '@holdfast/core'
import type { PluginDefinition } from '@holdfast/session'
import { describePlugin, type InvocationContext, UpdateTurns } from '@holdfast/session/runtime'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { LoadOrder, RequestHead } from '../wire/load-order.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import { bindInvocation } from './bind-invocation.ts'
import type { MemoryCollector } from './find-collector.ts'
import { GuestEndpoint } from './guest-endpoint.ts'
import type { GuestInvocation } from './guest-invocation.ts'
import { GuestTool } from './guest-tool.ts'
import { IdleMemory } from './idle-memory.ts'
import type { HandedScript } from './load-entry.ts'
import { WireCalls } from './wire-calls.ts'
import { WireDriver } from './wire-driver.ts'

/** A plugin that has been loaded, with the stores that it is served. */
export interface GuestPlugin {
  readonly order: LoadOrder
  readonly definition: PluginDefinition
}

/** Makes a plugin of an order. */
export type PluginLoader = (order: LoadOrder, script: HandedScript | null) => Promise<GuestPlugin>

interface Loaded extends GuestPlugin {
  readonly driver: StorageDriver
}

/** The runtime in the process of a plugin: it loads the plugin and runs its invocations. */
export class Guest {
  readonly #connection: Connection
  readonly #calls: WireCalls
  readonly #turns = new UpdateTurns()
  readonly #invocations = new Map<number, GuestInvocation>()
  #memory: IdleMemory | null = null
  readonly #load: PluginLoader
  readonly #failLoading: (connection: Connection, error: unknown, order: LoadOrder) => void
  #plugin: Loaded | null = null

  constructor(
    connection: Connection,
    load: PluginLoader,
    failLoading: (connection: Connection, error: unknown, order: LoadOrder) => void,
  ) {
    this.#connection = connection
    this.#calls = new WireCalls(connection)
    this.#load = load
    this.#failLoading = failLoading
  }

  /** Has the process give back memory whenever it has nothing to do. */
  keepSmall(collect: MemoryCollector): void {
    this.#memory = new IdleMemory(() => this.#invocations.size === 0, collect)
  }

  /** Takes a message of the host. */
  handle(type: number, id: number, payload: PayloadReader): void {
    switch (type as FrameType) {
      case frameType.load:
        this.#takeOrder(payload)
        return
      case frameType.shutDown:
        process.exit(0)
      case frameType.invokeTool:
        this.#invokeTool(id, payload)
        return
      case frameType.invokeEndpoint:
        this.#invokeEndpoint(id, payload)
        return
      case frameType.findRoute:
        this.#findRoute(id, payload.text())
        return
      case frameType.pull:
        void this.#invocations.get(id)?.pull()
        return
      case frameType.cancel:
        this.#invocations
          .get(id)
          ?.cancel(payload.flag() ? (readError(payload) as HoldfastError) : null)
        return
      default:
    }
    if (id % 2 === 1) this.#calls.handle(type as FrameType, id, payload)
    else this.#invocations.get(id)?.handle(type as FrameType, payload)
  }

  #takeOrder(payload: PayloadReader): void {
    const order = JSON.parse(payload.text()) as LoadOrder
    const source = payload.optional((reader) => reader.text())
    const cache = payload.optional((reader) => reader.value())
    void this.#becomePlugin(order, source === null ? null : { source, cache })
  }

  async #becomePlugin(order: LoadOrder, script: HandedScript | null): Promise<void> {
    try {
      const { definition } = await this.#load(order, script)
      const wire = new WireDriver(this.#connection, this.#calls, order.capabilities)
      const driver = manageDriver(wire)
      await driver.open()
      this.#plugin = { order, definition, driver }
      const description = Buffer.from(JSON.stringify(describePlugin(definition)))
      this.#connection.begin(frameType.loaded, 0).bytes(description, true).end()
    } catch (error) {
      this.#failLoading(this.#connection, error, order)
    }
    this.#memory?.touch()
  }

  #invokeTool(id: number, payload: PayloadReader): void {
    const plugin = this.#loaded()
    const abort = new AbortController()
    const { context, leave } = this.#enter(plugin, payload, abort.signal)
    const tool = payload.text()
    const parameters = JSON.parse(payload.view().toString()) as JsonValue
    const end = (): Promise<void> | null => this.#end(id, leave)
    const invocation = new GuestTool(
      this.#connection,
      id,
      plugin.definition,
      { tool, parameters },
      context,
      abort,
      end,
    )
    this.#invocations.set(id, invocation)
    void invocation.pull()
  }

  #invokeEndpoint(id: number, payload: PayloadReader): void {
    const plugin = this.#loaded()
    const abort = new AbortController()
    const { context, leave } = this.#enter(plugin, payload, abort.signal)
    const head = JSON.parse(payload.text()) as RequestHead
    const end = (): Promise<void> | null => this.#end(id, leave)
    const invocation = new GuestEndpoint(this.#connection, id, head, abort, end)
    this.#invocations.set(id, invocation)
    void invocation.run(plugin.definition, context)
  }

  #findRoute(id: number, path: string): void {
    const { routes } = this.#loaded().definition
    const index = routes.findIndex(({ pattern }) => pattern.test({ pathname: path }))
    const frame = this.#connection.begin(frameType.route, id)
    frame.optional(index < 0 ? null : index, (to, found) => to.u32(found)).end()
  }

  #enter(
    { order, driver }: Loaded,
    payload: PayloadReader,
    signal: AbortSignal,
  ): { readonly context: InvocationContext; readonly leave: () => Promise<void> | null } {
    const name = this.#calls.enter(payload.fixed(wireLimits.tokenBytes))
    const attempt = payload.u32()
    const invocationId = payload.text()
    const workspace = parseWorkspaceId(payload.text())
    const plugin = { id: parsePluginId(order.plugin), version: order.version }
    const context = {
      storage: bindInvocation(driver, this.#calls, this.#turns, {
        name,
        workspace,
        plugin: plugin.id,
        signal,
      }),
      workspace,
      plugin,
      invocationId,
      attempt,
      signal,
      clock: Date.now,
    }
    return { context, leave: () => this.#leave(name) }
  }

  #end(id: number, leave: () => Promise<void> | null): Promise<void> | null {
    this.#invocations.delete(id)
    this.#memory?.touch()
    return leave()
  }

  #leave(name: WorkspaceId): Promise<void> | null {
    const sent = this.#calls.whenSent(name)
    if (sent === null) this.#calls.leave(name)
    else void sent.then(() => this.#calls.leave(name))
    return sent
  }

  #loaded(): Loaded {
    if (this.#plugin === null) throw new ProtocolError('an invocation before the plugin was loaded')
    return this.#plugin
  }
}
