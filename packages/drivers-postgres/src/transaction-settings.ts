import { sql } from 'drizzle-orm'
import {
  type Lease,
  pipeline,
  type Row,
  type SqlConnection,
  type SqlDatabase,
  type StatementValues,
} from './sql-connection.ts'
import { rawStatement, type Statement } from './statement.ts'

const { placeholder } = sql

// The last argument has them end with the transaction, whoever has the connection after it.
const workspaceSetting = sql`set_config('holdfast.workspace', ${placeholder('workspace')}, true)`
const timeoutSetting = sql`set_config('statement_timeout', ${placeholder('timeout')}, true)`

const setWorkspace: Statement = rawStatement(sql`SELECT ${workspaceSetting}`)
const setTimeout: Statement = rawStatement(sql`SELECT ${timeoutSetting}`)
const setBoth: Statement = rawStatement(sql`SELECT ${workspaceSetting}, ${timeoutSetting}`)

const beginTransaction: Statement = rawStatement(sql`BEGIN`)
const commitTransaction: Statement = rawStatement(sql`COMMIT`)

/** Stands for the questions that operators ask of all workspaces; no workspace has this id. */
const ofAllWorkspaces = '*'

/**
 * A database whose transactions begin with settings of their own: the workspace, by which the
 * policies of row-level security go, and how long a statement may take. Settings of a session would
 * be those of somebody else behind a pooler in transaction mode, and many refuse them at the start
 * of a connection.
 */
export class TransactionSettings implements SqlDatabase {
  readonly #database: SqlDatabase
  readonly #timeout: string | null
  #namesWorkspaces = false

  /** @param statementTimeoutMs - `null` for what the server says */
  constructor(database: SqlDatabase, statementTimeoutMs: number | null) {
    this.#database = database
    this.#timeout = statementTimeoutMs === null ? null : String(statementTimeoutMs)
  }

  /** Has each transaction from now on name its workspace. */
  nameWorkspaces(): void {
    this.#namesWorkspaces = true
  }

  async run(
    statement: Statement,
    values: StatementValues,
    signal?: AbortSignal,
  ): Promise<readonly Row[]> {
    if (this.#setting === null) return await this.#database.run(statement, values, signal)
    const begin: SqlDatabase['transaction'] = (body, given) => this.transaction(body, given)
    const [rows = []] = await pipeline(begin, [[statement, values]], signal)
    return rows
  }

  transaction<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#database.transaction((connection) => body(this.#withSettings(connection)), signal)
  }

  snapshot<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#database.snapshot((connection) => body(this.#withSettings(connection)), signal)
  }

  /** Each statement of a connection that is lent is a transaction, in one round trip. */
  get lend(): SqlDatabase['lend'] {
    const database = this.#database
    if (database.lend === undefined) return undefined
    return async (signal) => {
      const lease = await database.lend?.(signal)
      if (lease === undefined) throw new TypeError('The database lends no connections.')
      return this.#setting === null ? lease : this.#leaseWithSettings(lease)
    }
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  get #setting(): Statement | null {
    if (this.#namesWorkspaces) return this.#timeout === null ? setWorkspace : setBoth
    return this.#timeout === null ? null : setTimeout
  }

  #leaseWithSettings(lease: Lease): Lease {
    return {
      get isWanted() {
        return lease.isWanted
      },
      run: async (statement, values) => {
        const { run } = this.#withSettings(lease)
        const given = [
          lease.run(beginTransaction, {}),
          run(statement, values),
          lease.run(commitTransaction, {}),
        ] as const
        for (const answer of given) answer.catch(() => undefined)
        const [, rows] = await Promise.all(given)
        return rows
      },
      release: () => lease.release(),
    }
  }

  #withSettings(connection: SqlConnection): SqlConnection {
    const setting = this.#setting
    if (setting === null) return connection
    let settled: { readonly workspace: string; readonly done: Promise<unknown> } | undefined
    const run: SqlConnection['run'] = async (statement, values) => {
      const workspace = workspaceOf(values)
      settled ??= {
        workspace,
        done: connection.run(setting, { workspace, timeout: this.#timeout }),
      }
      if (settled.workspace !== workspace) throw mixed()
      // They are on their way together. What the setting fails with comes first.
      const [, rows] = await Promise.all([settled.done, connection.run(statement, values)])
      return rows
    }
    return {
      run: (statement, values) => {
        const rows = run(statement, values)
        // Whoever begins transactions looks at the end whether a statement of them has failed.
        rows.catch(() => undefined)
        return rows
      },
    }
  }
}

function workspaceOf({ workspace }: StatementValues): string {
  return typeof workspace === 'string' ? workspace : ofAllWorkspaces
}

function mixed(): Error {
  return new Error('The statements of a transaction name more than one workspace.')
}
