import { migratePostgres, postgresRolesSql } from '@holdfast/drivers-postgres'
import postgres, { type Sql } from 'postgres'
import { inject } from 'vitest'
import { Databases } from './databases.ts'

const password = 'open-sesame'

/** Makes databases with the two roles that `holdfast migrate --print-roles` is for. */
export class ProtectedDatabases extends Databases {
  readonly #admin: Sql = postgres(inject('postgresUrl'), { max: 1, onnotice: () => undefined })
  readonly #rowLevelSecurity: boolean

  /** @param rowLevelSecurity - whether it is enabled in them */
  constructor(rowLevelSecurity = true) {
    super()
    this.#rowLevelSecurity = rowLevelSecurity
  }

  override async create(): Promise<string> {
    const url = await super.create()
    await migratePostgres({ url })
    const [migrator, runner] = rolesOf(url)
    await using sql = disposable(postgres(url, { max: 1, onnotice: () => undefined }))
    await sql.unsafe(postgresRolesSql({ migrator, runner })).simple()
    for (const role of [migrator, runner]) {
      await sql.unsafe(`ALTER ROLE "${role}" PASSWORD '${password}'`)
    }
    if (this.#rowLevelSecurity) {
      await migratePostgres({ url: migratorUrl(url), rowLevelSecurity: true })
    }
    return url
  }

  override async drop(url: string): Promise<void> {
    await super.drop(url)
    // Roles are of the whole server.
    for (const role of rolesOf(url)) await this.#admin.unsafe(`DROP ROLE "${role}"`)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.end()
    await super[Symbol.asyncDispose]()
  }
}

/** The URL of a database for the role of runners. */
export function runnerUrl(url: string): string {
  return withUser(url, rolesOf(url)[1])
}

/** The URL of a database for the role that owns the schema. */
export function migratorUrl(url: string): string {
  return withUser(url, rolesOf(url)[0])
}

/** A client that ends with its block. */
export function disposable(client: Sql): Sql & AsyncDisposable {
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end({ timeout: 1 }) })
}

function rolesOf(url: string): readonly [migrator: string, runner: string] {
  const database = new URL(url).pathname.slice(1)
  return [`migrator-${database}`, `runner-${database}`]
}

function withUser(url: string, user: string): string {
  const copy = new URL(url)
  copy.username = encodeURIComponent(user)
  copy.password = password
  return copy.href
}
