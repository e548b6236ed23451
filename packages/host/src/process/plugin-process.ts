import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { StorageDriver } from '@holdfast/core'
import type { PluginDescription } from '@holdfast/session/runtime'
import { Connection } from '../wire/connection.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { protocolVersion } from '../wire/protocol-version.ts'
import { EndpointInvocation } from './endpoint-invocation.ts'
import type { HostInvocation } from './host-invocation.ts'
import { InvocationTable } from './invocation-table.ts'
import { Loading, type PluginToLoad } from './loading.ts'
import { type EndpointOrder, type ToolOrder, writeEndpointOrder, writeToolOrder } from './orders.ts'
import { crashed, exitError, isSocketError, protocolViolated } from './process-end.ts'
import { ProcessOutput } from './process-output.ts'
import { RouteQuestions } from './route-questions.ts'
import { StorageServer } from './storage-server.ts'
import { ToolInvocation } from './tool-invocation.ts'

/** How long a process may take to begin, before it is ended all the same, in milliseconds. */
const startingMs = 5_000
/** How long a process that has closed its connection may take to end by itself, in milliseconds. */
const lastBreathMs = 250

/**
 * The process of a plugin, from the host's side: first blank, then with a plugin loaded, then gone.
 * Whatever it does, here it can only fail its own invocations.
 */
export class PluginProcess {
  readonly #child: ChildProcess
  readonly #driver: StorageDriver
  readonly #connection: Connection
  readonly #storage: StorageServer
  readonly #output: ProcessOutput
  readonly #invocations = new InvocationTable()
  readonly #routes = new RouteQuestions()
  readonly #ready = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<Error>()
  #loading: Loading | null = null
  #name = 'blank'
  #reserved = 0
  /** Why the host has ended it, if it was the host. */
  #endedFor: Error | null = null
  #isLeaving = false
  #isGone = false

  /** @param child just started, with a socket at file descriptor 3 */
  constructor(child: ChildProcess, driver: StorageDriver) {
    this.#child = child
    this.#driver = driver
    this.#ready.promise.catch(() => undefined)
    this.#output = new ProcessOutput(child.stdout as Readable, child.stderr as Readable)
    this.#connection = new Connection(child.stdio[3] as Socket, {
      onMessage: (type, id, payload) => this.#handle(type, id, payload),
      onClose: (error) => this.#onClose(error),
    })
    this.#storage = new StorageServer(this.#connection, driver, (token) =>
      this.#invocations.serving(token),
    )
    child.once('error', (error) =>
      this.#end(crashed(this.#name, `it did not start: ${error.message}`)),
    )
    child.once('exit', (code, signal) => void this.#onExit(code, signal))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Invocations that it has not ended, or that are about to begin. */
  get active(): number {
    return this.#invocations.size + this.#reserved
  }

  /**
   * Says that an invocation is about to begin, so that the process is not taken for idle.
   *
   * @returns takes that back, once the invocation has begun or will not
   */
  reserve(): () => void {
    this.#reserved++
    let isReserved = true
    return () => {
      if (isReserved) this.#reserved--
      isReserved = false
    }
  }

  /** Invocations that it was ever given. */
  get begun(): number {
    return this.#invocations.begun
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether it was told to leave, so that its end is no crash. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** Resolves when it is there and blank. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves, with the error for those who were waiting, when it is gone. */
  get gone(): Promise<Error> {
    return this.#gone.promise
  }

  /**
   * Loads a plugin into it. Once.
   *
   * @returns what the plugin offers, as it says itself
   * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, and as an invocation for a process that ends
   */
  async load(plugin: PluginToLoad, startMs: number): Promise<PluginDescription> {
    this.#name = plugin.manifest.id
    this.#output.attach(plugin.onLog)
    const loading = new Loading(plugin)
    await this.ready
    this.#loading = loading
    await loading.send(this.#connection, this.#driver.capabilities)
    const timer = setTimeout(() => this.kill(loading.tookTooLong(startMs)), startMs)
    try {
      return await loading.description
    } finally {
      clearTimeout(timer)
    }
  }

  invokeTool(order: ToolOrder): ToolInvocation {
    const id = this.#invocations.nextId()
    const invocation = new ToolInvocation(this.#connection, id, order.invocationId, order.served)
    writeToolOrder(this.#connection, id, this.#enter(invocation), order)
    return invocation
  }

  invokeEndpoint(order: EndpointOrder): EndpointInvocation {
    const id = this.#invocations.nextId()
    const invocation = new EndpointInvocation(
      this.#connection,
      id,
      order.invocationId,
      order.served,
      order.body,
    )
    writeEndpointOrder(this.#connection, id, this.#enter(invocation), order)
    invocation.sendBody()
    return invocation
  }

  /**
   * Finds the endpoint for a path, by its index in the plugin's description.
   *
   * @param timeoutMs after how long the plugin is ended
   */
  async findRoute(path: string, timeoutMs: number): Promise<number | null> {
    if (this.#isGone) throw await this.#gone.promise
    const why = `it did not match a path within ${timeoutMs} ms`
    const timer = setTimeout(() => this.kill(crashed(this.#name, why)), timeoutMs)
    try {
      return await this.#routes.ask(this.#connection, this.#invocations.nextId(), path)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends it at once. Whoever waits for it fails with this error. */
  kill(error: Error): void {
    this.#endedFor ??= error
    void this.#endChild()
  }

  /**
   * Asks it to leave, and ends it if it does not.
   *
   * @returns resolves when it is gone
   */
  async leave(afterMs: number): Promise<void> {
    if (!this.#isLeaving && !this.#isGone) {
      this.#isLeaving = true
      this.#connection.send(frameType.shutDown, 0)
    }
    const timer = setTimeout(() => void this.#endChild(), afterMs)
    await this.gone
    clearTimeout(timer)
  }

  /** What makes sandboxes must not be killed before it has: it would leave one behind, half made. */
  async #endChild(): Promise<void> {
    const timer = new AbortController()
    const waited = delay(startingMs, undefined, { signal: timer.signal }).catch(() => undefined)
    await Promise.race([this.#ready.promise.catch(() => undefined), waited])
    timer.abort()
    this.#child.kill('SIGKILL')
  }

  #enter(invocation: HostInvocation): Buffer {
    const token = this.#invocations.add(invocation)
    if (this.#isGone) void this.#gone.promise.then((error) => invocation.fail(error))
    return token
  }

  /** What it throws ends the connection, and so the process. */
  #handle(type: number, id: number, payload: PayloadReader): void {
    switch (type as FrameType) {
      case frameType.ready:
        this.#greet(payload)
        return
      case frameType.loaded:
      case frameType.loadFailed:
        if (this.#loading === null) throw new ProtocolError('a plugin that was not asked for')
        this.#loading.handle(type, payload)
        return
      case frameType.log:
        this.#output.log(payload, this.#invocations.all())
        return
      case frameType.route:
        this.#routes.handle(id, payload)
        return
      case frameType.get:
      case frameType.commit:
      case frameType.list:
      case frameType.readStream:
      case frameType.writeStream:
      case frameType.watch:
      case frameType.cancelCall:
        if (id % 2 === 0) throw new ProtocolError(`a call with the even number ${id}`)
        this.#storage.handle(type as FrameType, id, payload)
        return
      case frameType.message:
      case frameType.done:
      case frameType.failed:
      case frameType.response:
        this.#invocations.find(id)?.handle(type as FrameType, payload)
        return
      case frameType.data:
      case frameType.end:
      case frameType.bodyFailed:
      case frameType.credit:
      case frameType.stop:
        if (id % 2 === 1) this.#storage.handle(type as FrameType, id, payload)
        else this.#invocations.find(id)?.handle(type as FrameType, payload)
        return
      default:
        throw new ProtocolError(`a frame of the type ${type}`)
    }
  }

  #greet(payload: PayloadReader): void {
    const version = payload.u32()
    if (version !== protocolVersion) throw new ProtocolError(`version ${version} of the protocol`)
    this.#ready.resolve()
  }

  #onClose(error: Error | undefined): void {
    this.#storage.close()
    if (this.#isGone) return
    if (error === undefined || isSocketError(error)) {
      const why = crashed(this.#name, 'it closed its connection to the host')
      setTimeout(() => this.kill(why), lastBreathMs).unref()
      return
    }
    this.kill(protocolViolated(this.#name, error.message))
  }

  async #onExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const lastWords = await this.#output.lastWords()
    const exit = { code, signal, lastWords }
    this.#end(this.#endedFor ?? exitError(this.#name, this.#loading, exit))
  }

  #end(error: Error): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#connection.close(undefined)
    this.#ready.reject(error)
    this.#loading?.fail(error)
    this.#routes.fail(error)
    for (const invocation of this.#invocations.all()) invocation.fail(error)
    this.#gone.resolve(error)
  }
}
