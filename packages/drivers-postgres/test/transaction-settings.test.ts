import { setTimeout } from 'node:timers/promises'
import { parsePluginId, parseStorageKey, parseWorkspaceId } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import postgres from 'postgres'
import { afterAll, describe, expect, test } from 'vitest'
import type { SqlConnection, SqlDatabase } from '../src/sql-connection.ts'
import type { Statement } from '../src/statement.ts'
import { TransactionSettings } from '../src/transaction-settings.ts'
import { Databases } from './databases.ts'
import { disposable } from './protected-databases.ts'

const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

const statement: Statement = { text: 'SELECT 1', fill: () => [] }
const acme = { workspace: 'acme' }

/** A database that answers nothing before a transaction is at its end, and keeps what it was given. */
class PatientDatabase implements SqlDatabase {
  readonly given: (readonly [text: string, parameters: readonly unknown[]])[] = []
  readonly #answer = Promise.withResolvers<readonly []>()

  readonly #run: SqlConnection['run'] = ({ text, fill }, values) => {
    this.given.push([text, fill(values)])
    return this.#answer.promise
  }

  run(lone: Statement): Promise<readonly []> {
    this.given.push([`lone ${lone.text}`, []])
    return Promise.resolve([])
  }

  async transaction<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    const result = await body({ run: this.#run })
    this.#answer.resolve([])
    return result
  }

  snapshot<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.transaction(body)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const [workspaceSetting, timeoutSetting] = ['holdfast.workspace', 'statement_timeout'].map(
  (name) => `set_config('${name}', $1, true)`,
)

describe('the settings of a transaction', () => {
  test('are left out where there are none, and a lone statement stays alone', async () => {
    const database = new PatientDatabase()
    await new TransactionSettings(database, null).run(statement, acme)
    expect(database.given).toEqual([['lone SELECT 1', []]])
  })

  test('name the workspace ahead of a lone statement, in the same round trip', async () => {
    const database = new PatientDatabase()
    const settings = new TransactionSettings(database, null)
    settings.nameWorkspaces()
    await settings.run(statement, acme)
    expect(database.given).toEqual([
      [`SELECT ${workspaceSetting}`, ['acme']],
      ['SELECT 1', []],
    ])
  })

  test('name all workspaces for what operators ask', async () => {
    const database = new PatientDatabase()
    const settings = new TransactionSettings(database, null)
    settings.nameWorkspaces()
    await settings.run(statement, { workspace: null })
    expect(database.given[0]).toEqual([`SELECT ${workspaceSetting}`, ['*']])
  })

  test('are given once in a transaction and in a snapshot', async () => {
    for (const begin of ['transaction', 'snapshot'] as const) {
      const database = new PatientDatabase()
      const settings = new TransactionSettings(database, 250)
      await Promise.all(
        await settings[begin](async ({ run }) => [run(statement, acme), run(statement, acme)]),
      )
      expect(database.given).toEqual([
        [`SELECT ${timeoutSetting}`, ['250']],
        ['SELECT 1', []],
        ['SELECT 1', []],
      ])
    }
  })

  test('refuse a transaction over two workspaces', async () => {
    const settings = new TransactionSettings(new PatientDatabase(), null)
    settings.nameWorkspaces()
    const mixed = settings.transaction(async ({ run }) => {
      void run(statement, acme)
      await run(statement, { workspace: 'globex' })
    })
    await expect(mixed).rejects.toThrow('more than one workspace')
  })
})

test('a statement that takes longer than its timeout fails with STORE_BUSY, and the next one does not', async () => {
  const url = await databases.create()
  {
    await using admin = disposable(postgres(url, { max: 1, onnotice: () => undefined }))
    await using driver = createPostgresDriver({ url: `${url}?statement_timeout=150` })
    await driver.open()
    const scope = {
      workspace: parseWorkspaceId('acme'),
      plugin: parsePluginId('notes'),
      store: 'storage',
    } as const
    const read = (): Promise<unknown> => driver.get(scope, [parseStorageKey('a')])
    await admin.begin(async (transaction) => {
      await transaction`LOCK TABLE holdfast.entries IN ACCESS EXCLUSIVE MODE`
      const outcome = await Promise.race([read().catch((error: unknown) => error), tooLong()])
      expect(outcome).toMatchObject({ code: 'STORE_BUSY', retryable: true })
    })
    expect(await read()).toEqual([null])
  }
  await databases.drop(url)
})

async function tooLong(): Promise<string> {
  return await setTimeout(10_000, 'It still waits.', { ref: false })
}
