import { type Command, Option } from 'commander'
import { storeOption } from './common-options.ts'
import type { MigrateOptions } from './migrate.ts'

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Bring the schema of a PostgreSQL store up to date.')
    .addOption(storeOption())
    .option('--dry-run', 'print the SQL that would be run, and run nothing')
    .addOption(
      new Option(
        '--row-level-security <state>',
        'also enable or disable it on all tables that have a workspace',
      ).choices(['on', 'off']),
    )
    .addOption(
      new Option(
        '--print-roles',
        'print the SQL of a role that migrates and of one for runners; needs no store',
      ).conflicts(['dryRun', 'rowLevelSecurity']),
    )
    .option('--migrator-role <name>', 'with --print-roles: who migrates', 'holdfast_migrator')
    .option('--runner-role <name>', 'with --print-roles: what runners are', 'holdfast_runner')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (options: MigrateOptions) => {
      const { migrate } = await import('./migrate.ts')
      await migrate(options)
    })
}

const help = `
Runners migrate by themselves when they start, if their user may; with roles apart, this is for the
one that owns the schema. Runners of the version before go on working meanwhile. Stop all runners
before row-level security is switched on: those that run see nothing until they start again.

Examples:
  holdfast migrate --store postgres://admin@localhost/holdfast
  holdfast migrate --store postgres://admin@localhost/holdfast --dry-run | psql -v ON_ERROR_STOP=1 holdfast
  holdfast migrate --print-roles | psql -v ON_ERROR_STOP=1 holdfast
  holdfast migrate --store postgres://holdfast_migrator@localhost/holdfast --row-level-security on`
