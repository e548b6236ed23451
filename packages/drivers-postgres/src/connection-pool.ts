/** What a {@link ConnectionPool} holds. */
export interface PooledConnection {
  /** Whether it can be used; one that has ended never can again. */
  readonly isAlive: boolean
  /** Whether something is on its way. */
  readonly isBusy: boolean
  /** Ends it, which may take a moment. */
  end(): Promise<void>
  /** Ends it at once, whatever is on its way. */
  destroy(failure?: Error): void
}

/** How a {@link ConnectionPool} keeps its connections. */
export interface PoolOptions<Connection> {
  readonly open: () => Promise<Connection>
  readonly maxConnections: number
  /** After so long without use a connection is ended; `null` for never. */
  readonly idleTimeoutMs: number | null
  /** A connection that is older is not used again; `null` for no bound. */
  readonly maxLifetimeMs: number | null
}

interface Idle<Connection> {
  readonly connection: Connection
  readonly timer: NodeJS.Timeout | undefined
}

/** Lends connections, each to one at a time; who comes first is served first. */
export class ConnectionPool<Connection extends PooledConnection> {
  readonly #options: PoolOptions<Connection>
  readonly #openedAt = new Map<Connection, number>()
  #waiting: PromiseWithResolvers<Connection>[] = []
  #idle: Idle<Connection>[] = []
  #opening = 0
  /** Why nothing is lent any more. */
  #failure: Error | undefined

  constructor(options: PoolOptions<Connection>) {
    this.#options = options
  }

  /** Whether somebody waits for a connection. */
  get isWanted(): boolean {
    return this.#waiting.length > 0
  }

  /**
   * Lends a connection, which is to be given back by `release`.
   *
   * @param signal - ends the waiting, with its reason
   */
  async acquire(signal?: AbortSignal): Promise<Connection> {
    signal?.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
    const waiter = Promise.withResolvers<Connection>()
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter)
      waiter.reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiting.push(waiter)
    this.#serve()
    try {
      return await waiter.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Takes a connection back. One that has ended, or that still waits for an answer, is not kept. */
  release(connection: Connection): void {
    const openedAt = this.#openedAt.get(connection)
    if (openedAt === undefined) return
    const { maxLifetimeMs } = this.#options
    const isOld = maxLifetimeMs !== null && performance.now() - openedAt > maxLifetimeMs
    if (this.#failure !== undefined || isOld || connection.isBusy) connection.destroy()
    if (connection.isAlive) this.#keep(connection)
    else this.#openedAt.delete(connection)
    this.#serve()
  }

  /** Ends the connections that nobody uses; when they are needed, others are opened. */
  async endIdle(): Promise<void> {
    const idle = this.#idle.splice(0)
    for (const { connection, timer } of idle) {
      clearTimeout(timer)
      this.#openedAt.delete(connection)
    }
    await Promise.all(idle.map(({ connection }) => connection.end()))
  }

  /** Ends all connections: what is idle with a farewell, the rest at once. */
  async close(failure: Error): Promise<void> {
    this.#failure = failure
    for (const waiter of this.#waiting.splice(0)) waiter.reject(failure)
    const idle = this.#idle.splice(0)
    for (const { timer } of idle) clearTimeout(timer)
    await Promise.all(idle.map(({ connection }) => connection.end()))
    for (const connection of this.#openedAt.keys()) connection.destroy(failure)
    this.#openedAt.clear()
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#takeIdle()
      if (connection === undefined) break
      this.#waiting.shift()?.resolve(connection)
    }
    const { maxConnections } = this.#options
    while (
      this.#opening < this.#waiting.length &&
      this.#openedAt.size + this.#opening < maxConnections
    ) {
      void this.#open()
    }
  }

  async #open(): Promise<void> {
    this.#opening++
    try {
      const connection = await this.#options.open()
      this.#openedAt.set(connection, performance.now())
      this.#opening--
      this.release(connection)
    } catch (error) {
      this.#opening--
      // One attempt, one who hears of it: others may have one that is given back meanwhile.
      this.#waiting.shift()?.reject(error)
      this.#serve()
    }
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const idle = this.#idle.pop()
      if (idle === undefined) return undefined
      clearTimeout(idle.timer)
      if (idle.connection.isAlive) return idle.connection
      this.#openedAt.delete(idle.connection)
    }
  }

  #keep(connection: Connection): void {
    const { idleTimeoutMs } = this.#options
    const end = (): void => {
      this.#idle = this.#idle.filter((idle) => idle.connection !== connection)
      this.#openedAt.delete(connection)
      void connection.end()
    }
    const timer = idleTimeoutMs === null ? undefined : setTimeout(end, idleTimeoutMs).unref()
    this.#idle.push({ connection, timer })
  }
}
