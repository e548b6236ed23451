import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findFaults } from './portable-sql.ts'

describe('the check of statements', () => {
  test.for([
    ['SELECT * FROM holdfast.entries', 'reads or changes entries of all workspaces'],
    [
      'SELECT 1 FROM holdfast.entries e JOIN holdfast.chunks c ON c.stream = e.stream WHERE e.workspace = $1',
      'reads or changes chunks of all workspaces',
    ],
    [
      'DELETE FROM holdfast.chunks WHERE stream IN (SELECT id FROM holdfast.streams WHERE workspace = $1)',
      'reads or changes chunks of all workspaces',
    ],
    [
      "UPDATE holdfast.entries SET size = 0 WHERE workspace = $1 OR plugin = 'a'",
      'reads or changes entries of all workspaces',
    ],
    [
      'UPDATE holdfast.entries SET size = 0 WHERE workspace <> $1',
      'reads or changes entries of all workspaces',
    ],
    ['INSERT INTO holdfast.entries (plugin) VALUES ($1)', 'writes entries without a workspace'],
    ["SELECT nextval('s')", 'calls nextval'],
    ['SELECT pg_advisory_xact_lock(1)', 'calls pg_advisory_xact_lock'],
    ['LISTEN changes', 'uses LISTEN'],
    ['SET statement_timeout = 1', 'sets for its session'],
    ["SELECT set_config('a', 'b', false)", 'sets for its session'],
    ['CREATE TEMP TABLE t (id int PRIMARY KEY)', 'uses a temporary table'],
    [
      'CREATE TABLE holdfast.t (id int, workspace text, PRIMARY KEY (id, workspace))',
      'has no primary key of t that begins with the workspace',
    ],
    ['DO $$ BEGIN END $$', 'uses a DO block'],
  ] as const)('finds that %s is not portable', async ([sql, fault]) => {
    expect(await findFaults(sql)).toContain(fault)
  })

  test('lets pass what is', async () => {
    expect(
      await findFaults(
        'SELECT 1 FROM holdfast.entries e JOIN holdfast.chunks c ON c.workspace = e.workspace WHERE $1 = e.workspace',
      ),
    ).toEqual([])
    expect(await findFaults("SELECT set_config('a', 'b', true)")).toEqual([])
  })
})

test('migrations are portable', async () => {
  const folder = join(import.meta.dirname, '../migrations')
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    expect(await findFaults(readFileSync(join(folder, file), 'utf8'))).toEqual([])
  }
})
