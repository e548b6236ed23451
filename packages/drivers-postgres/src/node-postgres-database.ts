import { createHash } from 'node:crypto'
import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import { hasLostItsWay } from './retrying.ts'
import type { Row, SqlConnection, SqlDatabase, StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'

/** What is needed of a `Pool` of node-postgres. */
export interface NodePostgresPool {
  connect(): Promise<NodePostgresClient>
  readonly options: { readonly binary?: boolean | undefined }
}

/** What is needed of a client that its pool has lent. */
export interface NodePostgresClient {
  query(query: {
    readonly text: string
    readonly values: unknown[]
    readonly name?: string
    readonly types: { getTypeParser(type: number): (text: string) => unknown }
  }): Promise<{ readonly rows: Row[] }>
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
  /** @param isBroken - whether it is to be ended, and not lent again */
  release(isBroken: boolean): void
}

/** The types of the columns that are no text to the driver; the rest, numbers of 64 bits too, is. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  23: Number,
}

/** Of its own, so that no parser that the program has set changes what is read. */
const types = { getTypeParser: (type: number) => parsers[type] ?? String }

/** What the client says in words alone when it loses its connection, or gets none. */
const lostInWords = /connection|terminated|timeout/i

function ignore(): void {
  // Whoever waits for an answer is told by it.
}

/** A database by way of node-postgres, with a pool that its owner has, and ends. */
export class NodePostgresDatabase implements SqlDatabase {
  readonly #pool: NodePostgresPool
  readonly #prepare: boolean
  readonly #names = new Map<string, string>()
  readonly #inFlight = new Set<Promise<unknown>>()

  constructor(pool: NodePostgresPool, prepare: boolean) {
    this.#pool = pool
    this.#prepare = prepare
  }

  run(
    statement: Statement,
    values: StatementValues,
    signal?: AbortSignal,
  ): Promise<readonly Row[]> {
    return this.#lend((client) => this.#send(client, statement, values), signal)
  }

  transaction<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#lend((client) => this.#transact(client, 'BEGIN', body), signal)
  }

  snapshot<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
    return this.#lend((client) => this.#transact(client, begin, body), signal)
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
  }

  #lend<Result>(
    use: (client: NodePostgresClient) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const call = this.#use(use, signal)
    this.#inFlight.add(call)
    const forget = (): boolean => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  async #use<Result>(
    use: (client: NodePostgresClient) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw toFailure(error)
    })
    // A client that is lost tells so by an event too, which would end the process.
    client.on('error', ignore)
    let isBroken = false
    try {
      signal?.throwIfAborted()
      return await use(client)
    } catch (error) {
      isBroken = hasLostItsWay(error)
      throw error
    } finally {
      client.removeListener('error', ignore)
      client.release(isBroken)
    }
  }

  async #transact<Result>(
    client: NodePostgresClient,
    begin: string,
    body: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> {
    const given: Promise<unknown>[] = []
    let isOver = false
    const send = (statement: Statement, values: StatementValues): Promise<readonly Row[]> => {
      const rows = this.#send(client, statement, values)
      // It is waited for in the end; until then its failure is not unhandled.
      rows.catch(ignore)
      given.push(rows)
      return rows
    }
    const run: SqlConnection['run'] = (statement, values) =>
      isOver ? Promise.reject(new PostgresFailure('CONNECTION_CLOSED')) : send(statement, values)
    void send(bare(begin), {})
    let result: Result
    try {
      result = await body({ run })
    } catch (error) {
      isOver = true
      if (!hasLostItsWay(error)) await this.#send(client, bare('ROLLBACK'), {})
      throw error
    }
    isOver = true
    void send(bare('COMMIT'), {})
    const failed = (await Promise.allSettled(given)).find(
      (outcome) => outcome.status === 'rejected',
    )
    if (failed !== undefined) throw failed.reason
    return result
  }

  async #send(
    client: NodePostgresClient,
    { text, fill }: Statement,
    values: StatementValues,
  ): Promise<readonly Row[]> {
    const parameters = fill(values)
    const isNamed = this.#prepare && parameters.length > 0
    try {
      const query = { text, values: parameters, types }
      const { rows } = await client.query(isNamed ? { ...query, name: this.#nameOf(text) } : query)
      return rows
    } catch (error) {
      throw toFailure(error)
    }
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const name = `holdfast_${createHash('sha1').update(text).digest('hex')}`
    this.#names.set(text, name)
    return name
  }
}

function bare(text: string): Statement {
  return { text, fill: () => [] }
}

/** The client has no code for the loss of its connection. */
function toFailure(error: unknown): unknown {
  if (codeOf(error) !== null || !(error instanceof Error)) return error
  return lostInWords.test(error.message) ? new PostgresFailure('CONNECTION_CLOSED') : error
}
