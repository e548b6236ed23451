import { readFile } from 'node:fs/promises'

/** A step of the schema. */
export interface Migration {
  /** From 1 on, without gaps. */
  readonly version: number
  readonly name: string
  /** The oldest version whose code goes on working after it: what only adds keeps the one before. */
  readonly worksWith: number
}

/** All steps, in order. Their SQL is in the folder `migrations`, made with drizzle-kit. */
export const migrations: readonly Migration[] = [
  { version: 1, name: '0000_begin', worksWith: 1 },
  { version: 2, name: '0001_row_level_security', worksWith: 1 },
]

/** The version of the schema that this code knows. */
export const schemaVersion: number = migrations.length

/** The statements of a step. */
export async function readMigration({ name }: Pick<Migration, 'name'>): Promise<readonly string[]> {
  const url = new URL(`../migrations/${name}.sql`, import.meta.url)
  const text = await readFile(url, 'utf8')
  return text.split('--> statement-breakpoint').map((statement) => statement.trim())
}
