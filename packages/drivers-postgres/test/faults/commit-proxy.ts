import { connect, createServer, type Server, type Socket } from 'node:net'
import { FrameReader } from './frame-reader.ts'

/** What becomes of a `COMMIT` of a client, and of its connection. */
export type Fate =
  | 'pass'
  /** The connection is lost, and the server never sees the `COMMIT`. */
  | 'drop'
  /** The server receives it, and the connection is lost before the server has replied. */
  | 'drop reply'
  /** The server replies, and the client does not hear of it. */
  | 'keep reply'
  /** The client loses the connection; the `COMMIT` comes to the server when the client looks for it. */
  | 'delay'

/** Stands between a client and a PostgreSQL server, and is a bad connection when asked to. */
export class CommitProxy implements AsyncDisposable {
  /** Decides on each `COMMIT` that comes by. */
  decide: () => Fate = () => 'pass'
  /** After how many bytes more from the server the connection is lost that they go through. */
  cutAfter: number | null = null
  readonly url: string
  readonly #server: Server
  readonly #links = new Set<Link>()
  #delayed: (() => void) | null = null

  private constructor(server: Server, upstream: URL) {
    this.#server = server
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('There is no port.')
    const url = new URL(upstream)
    url.port = String(address.port)
    this.url = url.href
    server.on('connection', (client) => this.#link(client, Number(upstream.port)))
  }

  static async start(url: string): Promise<CommitProxy> {
    const server = createServer()
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', resolve)
    await promise
    return new CommitProxy(server, new URL(url))
  }

  /** Resets all connections, whatever they are doing. */
  resetAll(): void {
    for (const link of this.#links) link.lose()
  }

  /** Resets the connection that was made first of those that are there. */
  resetOne(): void {
    const [link] = this.#links
    link?.lose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.resetAll()
    await closed
  }

  #link(client: Socket, port: number): void {
    const server = connect(port, '127.0.0.1')
    const link = new Link(client, server)
    this.#links.add(link)
    const commits = new FrameReader()
    client.on('data', (bytes) => {
      if (link.isLost) return
      const fate = commits.hasCommit(bytes) ? this.decide() : 'pass'
      if (fate === 'drop') return link.lose()
      if (fate === 'delay') {
        client.resetAndDestroy()
        this.#delayed = () => server.end(bytes)
        return
      }
      if (fate === 'keep reply') link.isDeaf = true
      server.write(bytes, () => {
        if (fate === 'drop reply') link.lose()
      })
      // Whoever comes now waits for what was delayed.
      this.#releaseDelayed()
    })
    server.on('data', (bytes) => {
      if (link.isDeaf) return link.lose()
      if (this.cutAfter !== null) {
        if (bytes.length > this.cutAfter) {
          const part = bytes.subarray(0, this.cutAfter)
          this.cutAfter = null
          client.end(part)
          server.destroy()
          return
        }
        this.cutAfter -= bytes.length
      }
      client.write(bytes)
    })
    client.on('end', () => server.end())
    server.on('end', () => client.end())
    for (const socket of [client, server]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (this.#delayed === null) link.lose()
        this.#links.delete(link)
      })
    }
  }

  #releaseDelayed(): void {
    const send = this.#delayed
    if (send === null) return
    this.#delayed = null
    // After what has just been forwarded has reached the server.
    setTimeout(send, 50)
  }
}

/** A connection of a client, and the one to the server that it goes on in. */
class Link {
  /** Whether the client is to hear nothing any more. */
  isDeaf = false
  isLost = false
  readonly #sockets: readonly Socket[]

  constructor(...sockets: readonly Socket[]) {
    this.#sockets = sockets
  }

  lose(): void {
    this.isLost = true
    for (const socket of this.#sockets) {
      if (!socket.destroyed) socket.resetAndDestroy()
    }
  }
}
