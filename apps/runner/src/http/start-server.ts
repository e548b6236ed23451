import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { HoldfastError, type PluginId } from '@holdfast/core'
import type { Host } from '@holdfast/host'
import type { JsonObject } from '@holdfast/session'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type ProblemDetails, toProblem } from '../problem-details.ts'
import type { RequestFacts } from './app-context.ts'
import { createApp } from './create-app.ts'
import { TokenGuard } from './guards.ts'
import { toHostname } from './loopback.ts'
import { problemResponse } from './problem-response.ts'
import { RequestsInFlight } from './requests-in-flight.ts'

/** What a server is made of. */
export interface ServerOptions {
  readonly host: Host
  /** A loopback address. */
  readonly address: string
  /** 0 for any that is free. */
  readonly port: number
  /** What callers must know; `null` for nothing. */
  readonly token: string | null
  /** Settings of endpoints, by the id of the plugin. */
  readonly settings: ReadonlyMap<PluginId, JsonObject>
  /** Told of each error that its caller is not to blame for, and in answer to what. */
  readonly onFault: (error: unknown, problem: ProblemDetails, route?: string) => void
  /** How long a client may take for the headers of a request, in milliseconds; a minute without it. */
  readonly headersTimeoutMs?: number
}

/** A server that listens. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:4653`. */
  readonly url: string
  readonly port: number
  /** Requests that have yet to be answered. */
  readonly inFlight: number

  /**
   * Takes no more requests and resolves when those in flight have been answered, and the host is
   * closed.
   *
   * @param timeoutMs after how many milliseconds the calls in flight are aborted
   * @throws {@link HoldfastError} `DEADLINE_EXCEEDED` when some had to be
   */
  drain(timeoutMs: number): Promise<void>
}

type FetchCallback = Parameters<typeof getRequestListener>[0]

/** For how long a call that was aborted may still say so to its caller, in milliseconds. */
const lastWordsMs = 1_000

/**
 * Serves the plugins of a host over HTTP.
 *
 * @throws {@link HoldfastError} `USAGE` when it cannot listen there
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, address, token, settings, onFault, headersTimeoutMs = 60_000 } = options
  const draining = new AbortController()
  const requests = new RequestsInFlight()
  const report = (error: unknown, request?: RequestFacts): ProblemDetails => {
    const problem = toProblem(error, `urn:uuid:${crypto.randomUUID()}`)
    // A call that is not waited for any more is no fault.
    const isFault = problem.status >= 500 && request?.signal.aborted !== true
    if (isFault) onFault(error, problem, request?.route)
    return problem
  }
  const app = createApp({
    host,
    token: new TokenGuard(token),
    settings,
    draining: draining.signal,
    report,
  })
  const fetch: FetchCallback = (request, bindings) => {
    const { outgoing } = bindings as HttpBindings
    const facts = { route: describeRoute(request), signal: requests.begin(outgoing) }
    return app.fetch(request, { outgoing, ...facts })
  }
  const listener = getRequestListener(fetch, {
    // Plugins in this process shall have Node's own Request and Response.
    overrideGlobalObjects: false,
    errorHandler: (error) => problemResponse(report(notUnderstood(error))),
  })
  // A body may stream for as long as it takes; headers may not, and Node gives them no more than
  // the whole request unless it is told.
  const timeouts = {
    requestTimeout: 0,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: headersTimeoutMs / 2,
  }
  const server = createServer(timeouts, (incoming, outgoing) => {
    outgoing.on('close', () => {
      // A connection that is kept for more requests would keep a draining server.
      if (draining.signal.aborted) setImmediate(() => server.closeIdleConnections())
    })
    void listener(incoming, outgoing)
  })
  const port = await listen(server, options.port, address)

  const drain = async (timeoutMs: number): Promise<void> => {
    draining.abort()
    const closed = once(server, 'close')
    server.close()
    const ended = Promise.all([closed, host.close()])
    if (await settlesWithin(ended, timeoutMs)) return
    requests.abortAll()
    if (!(await settlesWithin(ended, lastWordsMs))) server.closeAllConnections()
    await ended
    throw new HoldfastError(
      'DEADLINE_EXCEEDED',
      `Some calls were still in flight after ${timeoutMs} ms and were aborted. --drain-timeout-ms gives them more time.`,
    )
  }
  return {
    url: `http://${toHostname(address)}:${port}`,
    port,
    drain,
    get inFlight() {
      return requests.size
    },
  }
}

/**
 * What is below a plugin's endpoints is the plugin's, and may be secret: of all paths but those of
 * tools no more is shown than says whose they are, however they are encoded.
 */
function describeRoute({ method, url }: Request): string {
  const { pathname } = new URL(url)
  return `${method} ${pathname.replace(/^((?:\/(?!v1\/)[^/]*){3}\/).+/, '$1…')}`
}

async function listen(server: Server, port: number, address: string): Promise<number> {
  server.listen(port, address)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoldfastError(
      'USAGE',
      `The server cannot listen on port ${port} of ${address}: ${reason}. Choose another with --port.`,
      { cause },
    )
  }
  return (server.address() as AddressInfo).port
}

function notUnderstood(error: unknown): HoldfastError {
  const reason = error instanceof Error ? error.message : String(error)
  return new HoldfastError('INVALID_ARGUMENT', `The request is not understood: ${reason}.`, {
    cause: error,
  })
}

async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController()
  const timeout = delay(timeoutMs, false, { signal: timer.signal })
  try {
    return await Promise.race([promise.then(() => true), timeout])
  } finally {
    timer.abort()
    timeout.catch(() => undefined)
  }
}
