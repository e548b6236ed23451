import type { JsonValue, PluginId, WorkspaceId } from '@holdfast/core'
import type { JsonObject, Message } from '@holdfast/session'
import type { ToolDescription } from '@holdfast/session/runtime'
import type { PluginManifest } from './manifest/plugin-manifest.ts'

/**
 * Runs plugins. Whoever holds one need not know in which process their code is: all that passes is
 * JSON, bytes, `Request`, `Response` and `AbortSignal`.
 */
export interface Host extends AsyncDisposable {
  /** The plugins that it runs, in the order in which it was given them. */
  readonly plugins: readonly PluginManifest[]

  /**
   * Makes ready what running plugins needs, so that what is missing is known before the first call,
   * which otherwise does it.
   *
   * @throws {@link HoldfastError} `SANDBOX_UNAVAILABLE`
   */
  prepare(): Promise<HostFacts>

  /**
   * Replaces a plugin by another version of it: starts the new one, checks it, lets it serve from then
   * on, and lets the old one finish what it has begun. If the new one does not load, the old one goes
   * on serving.
   *
   * @param manifest of a plugin that the host runs, read anew
   * @param options.signal ends the loading of the new one
   * @throws {@link HoldfastError} as `describe`; `ABORTED`; `UNSUPPORTED` in the mode `inline`, where
   * code that is loaded stays
   */
  reload(
    manifest: PluginManifest,
    options?: { readonly signal?: AbortSignal },
  ): Promise<HostedPlugin>

  /**
   * Says what a plugin offers. It loads the plugin's code.
   *
   * @throws {@link HoldfastError} `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, or `MANIFEST_INVALID`
   * where the manifest has rules for endpoints that the code does not define
   */
  describe(plugin: PluginId): Promise<HostedPlugin>

  /**
   * Finds the endpoint that would answer a path, so that a server can tell beforehand who may call
   * it. It loads the plugin's code.
   *
   * @param path as in {@link EndpointCall}
   * @returns `null` where there is none
   * @throws {@link HoldfastError} as `describe`
   */
  findEndpoint(plugin: PluginId, path: string): Promise<HostedEndpoint | null>

  /**
   * Runs a tool and yields its messages as they come. Nothing runs before the first is asked for,
   * and the tool goes on only as they are taken. When the signal aborts, or the caller wants no
   * more, the call ends at once, and with it the plugin's access to its stores.
   *
   * @throws {@link HoldfastError} as `describe`; `TOOL_NOT_FOUND`, `INVALID_PARAMETERS`; `ABORTED`;
   * `DRAINING` once `close` was called; `TOOL_FAILED` for an error of the plugin's own; any other
   * that the plugin let pass
   */
  invokeTool(call: ToolCall): AsyncIterableIterator<Message>

  /**
   * Lets an endpoint answer a request. The call goes on until the body of the response has been read
   * to its end or cancelled; one of the two must be done.
   *
   * @throws {@link HoldfastError} as `describe`; `ENDPOINT_NOT_FOUND`; `ABORTED`; `DRAINING` once
   * `close` was called; `ENDPOINT_FAILED` for an error of the plugin's own; any other that the plugin
   * let pass
   */
  handleRequest(call: EndpointCall): Promise<Response>

  /** Takes no more calls, and resolves when those in flight have ended. Idempotent. */
  close(): Promise<void>
}

/** A call of a tool. */
export interface ToolCall {
  readonly workspace: WorkspaceId
  readonly plugin: PluginId
  readonly tool: string
  readonly parameters: JsonValue
  readonly signal?: AbortSignal | undefined
}

/** A call of an endpoint. */
export interface EndpointCall {
  readonly workspace: WorkspaceId
  readonly plugin: PluginId
  /** Of the endpoint, from its `/` on, percent-encoded as in a URL. */
  readonly path: string
  readonly request: Request
  /** What the operator sets; it goes over the settings of the manifest, name by name. */
  readonly settings?: JsonObject | undefined
  readonly signal?: AbortSignal | undefined
}

/** What there is to know of a host. */
export interface HostFacts {
  /** Protections that its mode should have and that are missing here, as clauses for operators. */
  readonly weaknesses: readonly string[]
}

/** What a plugin offers. */
export interface HostedPlugin {
  readonly id: PluginId
  readonly version: string
  readonly tools: readonly ToolDescription[]
  /** In the order in which they are tried. */
  readonly endpoints: readonly HostedEndpoint[]
}

/** An endpoint, for whoever serves it. */
export interface HostedEndpoint {
  /** Pattern of the paths that it answers: the pathname of a URLPattern. */
  readonly path: string
  /** Whether it is served without the operator's token. */
  readonly public: boolean
}
