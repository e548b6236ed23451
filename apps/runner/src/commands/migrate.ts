import { migrationsOf, rolesSql, type StoreMigrations } from '../store-registry.ts'
import { writeTo } from '../write-to.ts'

export interface MigrateOptions {
  readonly store: string
  readonly dryRun?: true
  readonly rowLevelSecurity?: 'on' | 'off'
  readonly printRoles?: true
  readonly migratorRole: string
  readonly runnerRole: string
  readonly json?: true
}

type Result = Awaited<ReturnType<StoreMigrations['migrate']>>

/** Brings the schema of a store up to date, or prints the SQL for it or for its roles. */
export async function migrate(options: MigrateOptions): Promise<void> {
  if (options.printRoles === true) {
    const { migratorRole: migrator, runnerRole: runner } = options
    await printSql(await rolesSql({ migrator, runner }), options)
    return
  }
  const migrations = await migrationsOf(options.store)
  const rowLevelSecurity =
    options.rowLevelSecurity === undefined ? undefined : options.rowLevelSecurity === 'on'
  if (options.dryRun === true) {
    const sql = await migrations.plan({ rowLevelSecurity })
    await printSql(sql === '' ? '-- Nothing to do: the schema is up to date.\n' : sql, options)
    return
  }
  const result = await migrations.migrate({ rowLevelSecurity })
  if (options.json === true) {
    await writeTo(process.stdout, `${JSON.stringify(result)}\n`)
    return
  }
  await writeTo(process.stdout, `${describe(result, rowLevelSecurity)}\n`)
}

function describe({ applied, version, rowLevelSecurity }: Result, wanted?: boolean): string {
  const state = `The schema has version ${version}, and row-level security is ${rowLevelSecurity ? 'on' : 'off'}.`
  const steps = applied.map((name) => `Applied ${name}.`)
  return [...(steps.length > 0 || wanted !== undefined ? steps : ['Nothing to do.']), state].join(
    '\n',
  )
}

async function printSql(sql: string, { json }: MigrateOptions): Promise<void> {
  await writeTo(process.stdout, json === true ? `${JSON.stringify({ sql })}\n` : sql)
}
