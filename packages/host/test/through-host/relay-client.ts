import type { CallOptions, JsonValue, PluginScope } from '@holdfast/core'
import type { Host } from '../../src/index.ts'
import { pack, unpack } from '../fixtures/relay/parcel.ts'

/** Methods whose answer is one value. */
export type RelayedMethod = 'get' | 'list' | 'commit'

/** A call that is relayed just now. */
export interface OpenCall {
  /** What travels of its options. */
  readonly fields: { readonly [name: string]: JsonValue }
  /** Resolves when an abort has been delivered; `undefined` while there is none. */
  readonly aborting: Promise<void> | undefined
  /** Whoever began it is not interested in its signal any more. */
  end(): void
}

/** Calls the tools and endpoints of the relay plugin, under whatever id it runs. */
export class RelayClient {
  readonly #host: Host
  readonly #end = new AbortController()

  constructor(host: Host) {
    this.#host = host
  }

  /**
   * Begins a call. The signal of its options goes after it in an invocation of its own: to abort the
   * invocation of the call would end that at once, whatever becomes of the call.
   */
  begin(scope: PluginScope, { signal, deadlineAt }: CallOptions = {}): OpenCall {
    const call = crypto.randomUUID()
    let aborting: Promise<void> | undefined
    const abort = (): void => {
      aborting = this.tool(scope, 'abort', { call }).then(() => undefined)
      // What the host cannot deliver shows in the call that should have been aborted.
      aborting.catch(() => undefined)
    }
    if (signal?.aborted === false) signal.addEventListener('abort', abort, { once: true })
    return {
      fields: {
        call,
        isAborted: signal?.aborted ?? false,
        ...(deadlineAt === undefined ? {} : { deadlineAt }),
      },
      get aborting() {
        return aborting
      },
      end: () => signal?.removeEventListener('abort', abort),
    }
  }

  /** Ends what is still open, such as bodies that nobody has read. */
  end(): void {
    this.#end.abort()
  }

  /**
   * Calls a method of the plugin's storage, in an invocation of its own.
   *
   * @param argument with the fields of the call; copied before this returns
   */
  async ask(
    scope: PluginScope,
    method: RelayedMethod,
    argument: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    if (method === 'commit') {
      await this.request(scope, '/commit', null, pack(argument))
      return undefined
    }
    const parameters = structuredClone<unknown>(argument) as JsonValue
    return unpack(await this.tool(scope, method, parameters))
  }

  /** Runs a tool to its end. Resolves to the bytes of its messages, one after the other. */
  async tool(scope: PluginScope, tool: string, parameters: JsonValue): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.messages(scope, tool, parameters)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  /** Runs a tool for as long as its messages are wanted. */
  async *messages(
    { workspace, plugin }: PluginScope,
    tool: string,
    parameters: JsonValue,
    until?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    const end = this.#end.signal
    const signal = until === undefined ? end : AbortSignal.any([end, until])
    const call = { workspace, plugin, tool, parameters, signal }
    for await (const message of this.#host.invokeTool(call)) {
      if (message.type === 'blob') yield message.bytes
    }
  }

  /** Calls an endpoint; `fields` go in a header, because the body is for bytes. */
  request(
    { workspace, plugin }: PluginScope,
    path: string,
    fields: JsonValue,
    body: RequestInit['body'] = null,
  ): Promise<Response> {
    const headers = { 'x-call': encodeURIComponent(JSON.stringify(fields)) }
    const request = new Request(`http://relay${path}`, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    })
    const { signal } = this.#end
    return this.#host.handleRequest({ workspace, plugin, path, request, signal })
  }
}
