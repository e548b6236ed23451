import { limits, parsePluginId, parseWorkspaceId, PendingWrites } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import type { InvocationContext } from '../invocation/invocation-context.ts'
import type { JsonObject } from '../json-object.ts'
import type { Message } from '../message.ts'
import type { PersistentStore } from '../persistent-store.ts'
import type { PluginDefinition } from '../plugin-definition.ts'
import { assertPluginDefinition } from '../runtime/assert-plugin-definition.ts'
import { bindDriver } from '../runtime/bind-driver.ts'
import { runEndpoint } from '../runtime/run-endpoint.ts'
import { runTool } from '../runtime/run-tool.ts'
import type { SessionStorage } from '../session-storage.ts'
import { ByteStore } from '../stores/byte-store.ts'
import { detachable } from '../stores/detachable.ts'
import { PlainJsonStore } from '../stores/plain-json-store.ts'
import type { OpenAccess } from '../stores/store-access.ts'
import { ManualClock } from './manual-clock.ts'
import { openFirst } from './open-first.ts'

/** How a plugin is set up for a test. */
export interface TestPluginOptions {
  /** The tenant that it runs for; `test` without it. */
  readonly workspace?: string
  /** What it may hold in both its stores together, in bytes; 256 MiB without it. */
  readonly quotaBytes?: number
  /** Where its clock begins, in milliseconds since 1970; now without it. */
  readonly now?: number
}

/** How one invocation is made. */
export interface RunOptions {
  /** Which try it is, from 1. */
  readonly attempt?: number
  /** Aborts the invocation. */
  readonly signal?: AbortSignal
}

/** A plugin as it runs in a workspace, with stores of its own in memory. */
export interface TestPlugin {
  /** Runs a tool to its end, and gives all that it yielded. Rejects with what it throws. */
  run(tool: string, parameters?: unknown, options?: RunOptions): Promise<Message[]>

  /** Runs a tool message by message, to look between them or to stop early. */
  stream(
    tool: string,
    parameters?: unknown,
    options?: RunOptions,
  ): AsyncGenerator<Message, void, void>

  /**
   * Sends a request to the endpoint at a path, such as `/files/a.txt?inline=1`. The invocation ends
   * when the body of the response has been read or cancelled.
   *
   * @param init what `fetch` takes, or a whole request, whose own address is not looked at
   * @param settings of the plugin
   */
  request(path: string, init?: RequestInit | Request, settings?: JsonObject): Promise<Response>

  /** What the plugin sees as `session.storage`, to look into it and to fill it. */
  readonly storage: SessionStorage

  /** What the plugin sees as `persistent_store`, to look into it and to fill it. */
  readonly persistent_store: PersistentStore

  /** The time, as the plugin's stores see it. It stands still until it is moved. */
  readonly clock: ManualClock
}

/**
 * Sets a plugin up for a test, with real storage semantics and empty stores. Nothing is to be
 * opened or closed.
 *
 * @example
 * ```ts
 * const plugin = testPlugin(definition)
 * expect(await plugin.run('remember', { name: 'a', text: 'b' })).toEqual([{ type: 'text', text: 'Done.' }])
 * ```
 */
export function testPlugin(
  definition: PluginDefinition,
  options: TestPluginOptions = {},
): TestPlugin {
  const { workspace = 'test', quotaBytes = limits.defaultQuotaBytes, now = Date.now() } = options
  const plugin = assertPluginDefinition(definition)
  const clock = new ManualClock(now)
  const scope = { workspace: parseWorkspaceId(workspace), plugin: parsePluginId('test') }
  const driver = createMemoryDriver({ clock: () => clock.now() })
  const base = {
    storage: openFirst(driver, bindDriver(driver, scope, { maxBytes: quotaBytes })),
    workspace: scope.workspace,
    plugin: { id: scope.plugin, version: '0.0.0' },
    clock: () => clock.now(),
    signal: new AbortController().signal,
  }
  const toContext = ({ attempt = 1, signal = base.signal }: RunOptions): InvocationContext => ({
    ...base,
    invocationId: crypto.randomUUID(),
    attempt,
    signal,
  })
  // The stores of the test itself belong to no invocation, so that nothing ends them.
  const outsider = { ...base, lifetime: base.signal, pending: new PendingWrites() }
  const outside: OpenAccess = () => outsider
  const stream: TestPlugin['stream'] = (tool, parameters, runOptions = {}) =>
    runTool(plugin, tool, parameters, toContext(runOptions))
  return {
    stream,
    run: (...call) => Array.fromAsync(stream(...call)),
    request(path, init, settings = {}) {
      const url = new URL(path, 'http://plugin.test')
      const request = init instanceof Request ? init : new Request(url, init)
      return runEndpoint(
        plugin,
        url.pathname,
        request,
        settings,
        toContext({ signal: request.signal }),
      )
    },
    storage: detachable(new ByteStore(outside)),
    persistent_store: detachable(new PlainJsonStore(outside)),
    clock,
  }
}
