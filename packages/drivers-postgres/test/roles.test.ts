import { createPostgresDriver, migratePostgres, postgresRolesSql } from '@holdfast/drivers-postgres'
import {
  Databases,
  findSystemPrograms,
  forgetful,
  ThrowawayPostgres,
} from '@holdfast/test-postgres'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partitionByWorkspace } from './environments/hash-partitions.ts'
import { commitOf, listAll, put, target } from './faults/store-of-test.ts'
import { disposable } from './protected-databases.ts'
import { skipReason } from './skip-reason.ts'

const system = findSystemPrograms(15)
const password = 'open-sesame'
const migrator = 'holdfast_migrator'
const runner = 'holdfast_runner'

/** Who may make roles, and owns the databases, and is no superuser. */
const operator = 'operator'

skipReason(system === null, 'the system has no PostgreSQL 15')
const servers = [
  { name: '18', options: {} },
  ...(system === null ? [] : [{ name: '15', options: { programs: system } }]),
]

describe.for(servers)('the roles on PostgreSQL $name', ({ options }) => {
  const started = Promise.withResolvers<ThrowawayPostgres>()

  beforeAll(async () => {
    const server = await ThrowawayPostgres.start({ ...options, settings: forgetful })
    started.resolve(server)
    await using admin = disposable(postgres(server.url, { max: 1 }))
    await admin.unsafe(`CREATE ROLE ${operator} LOGIN CREATEROLE PASSWORD '${password}'`)
  })
  afterAll(async () => (await started.promise)[Symbol.asyncDispose]())

  test('are made by who is no superuser, in two databases, as often as is asked', async () => {
    const { url } = await started.promise
    await using databases = new Databases(url)
    for (const database of [await databases.create(), await databases.create()]) {
      await ownedByOperator(database)
      await migratePostgres({ url: as(operator, database) })
      await runAsOperator(database, postgresRolesSql())
      await runAsOperator(database, postgresRolesSql({}))
      await setPasswords(url)
      await migratePostgres({ url: as(migrator, database), rowLevelSecurity: true })
      await writeAsRunner(database)
      await using sql = disposable(postgres(as(operator, database), { max: 1 }))
      expect(await failureOf(sql`SET ROLE holdfast_migrator`)).toBe('42501')
      expect(await failureOf(sql`SELECT FROM holdfast.entries`)).toBe('42501')
    }
  })

  test('own all partitions, and it is said which ones they do not, until it is run again', async () => {
    const { url } = await started.promise
    await using databases = new Databases(url)
    const database = await databases.create()
    await ownedByOperator(database)
    await migratePostgres({ url: as(operator, database) })
    await partitionByWorkspace(as(operator, database))
    await runAsOperator(database, postgresRolesSql())
    await setPasswords(url)
    await using sql = disposable(postgres(database, { max: 1, onnotice: () => undefined }))
    await sql`ALTER TABLE holdfast.entries_0 OWNER TO postgres`
    const protecting = { url: as(migrator, database), rowLevelSecurity: true }
    await expect(migratePostgres(protecting)).rejects.toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      message: expect.stringContaining('does not own entries_0. '),
      context: { tables: ['entries_0'] },
    })
    await sql.unsafe(postgresRolesSql()).simple()
    expect(await migratePostgres(protecting)).toMatchObject({ rowLevelSecurity: true })
    await writeAsRunner(database)
  })

  test('may connect where not everybody may', async () => {
    const { url } = await started.promise
    await using databases = new Databases(url)
    const database = await databases.create()
    await ownedByOperator(database)
    const name = new URL(database).pathname.slice(1)
    await using sql = disposable(postgres(as(operator, database), { max: 1 }))
    await sql.unsafe(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`)
    await migratePostgres({ url: as(operator, database) })
    await runAsOperator(database, postgresRolesSql())
    await setPasswords(url)
    await migratePostgres({ url: as(migrator, database) })
    await using driver = createPostgresDriver({ url: as(runner, database) })
    await expect(driver.open()).resolves.toBe(undefined)
  })
})

async function ownedByOperator(database: string): Promise<void> {
  await using admin = disposable(postgres(database, { max: 1 }))
  const name = new URL(database).pathname.slice(1)
  await admin.unsafe(`ALTER DATABASE ${name} OWNER TO ${operator}`)
}

async function runAsOperator(database: string, text: string): Promise<void> {
  const options = { max: 1, onnotice: () => undefined }
  await using sql = disposable(postgres(as(operator, database), options))
  await sql.unsafe(text).simple()
}

async function setPasswords(url: string): Promise<void> {
  await using admin = disposable(postgres(url, { max: 1 }))
  for (const role of [migrator, runner]) {
    await admin.unsafe(`ALTER ROLE ${role} PASSWORD '${password}'`)
  }
}

async function writeAsRunner(database: string): Promise<void> {
  await using driver = createPostgresDriver({ url: as(runner, database), rowLevelSecurity: true })
  await driver.open()
  await driver.commit(target, commitOf(put('a', '1')))
  expect([...(await listAll(driver)).keys()]).toEqual(['a'])
}

function as(user: string, database: string): string {
  const url = new URL(database)
  url.username = user
  url.password = password
  return url.href
}

async function failureOf(query: ReturnType<Sql>): Promise<unknown> {
  return await query.then(
    () => null,
    (error: unknown) => (error as { readonly code: string }).code,
  )
}
