import { ThrowawayPostgres } from '@holdfast/test-postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { desk, run } from './holdfast.ts'

// Where plugins run is none of this suite's business, and here it is quickest.
vi.stubEnv('HOLDFAST_MODE', 'inline')

describe('holdfast migrate', () => {
  test.for([
    ['file:./store.db', 'file:./store.db'],
    ['memory:', 'memory:'],
    ['some-driver:secret', 'some-driver (location not shown)'],
  ] as const)('says of the store %s that it needs no migrations', async ([store, shown]) => {
    const { code, stdout, stderr } = await run(['migrate', '--store', store])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`USAGE: The store ${shown} needs no migrations`)
  })

  test('prints the roles without a store, by the names that they are given', async () => {
    const args = ['migrate', '--print-roles', '--migrator-role', 'the "owner"']
    const { code, stdout } = await run(args)
    expect(code).toBe(0)
    expect(stdout).toContain('CREATE ROLE "the ""owner""" LOGIN')
    expect(stdout).toContain('CREATE ROLE "holdfast_runner" LOGIN')
    const json = await run([...args, '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ sql: stdout })
  })

  test('does not take --print-roles with what is done to a store', async () => {
    for (const other of [['--dry-run'], ['--row-level-security', 'on']]) {
      const { code, stderr } = await run(['migrate', '--print-roles', ...other])
      expect(code).toBe(2)
      expect(stderr).toContain('USAGE')
    }
  })
})

describe('holdfast migrate, on a database', () => {
  const started = Promise.withResolvers<ThrowawayPostgres>()
  beforeAll(async () => started.resolve(await ThrowawayPostgres.start()))
  afterAll(async () => (await started.promise)[Symbol.asyncDispose]())

  test('makes the schema, which runners may be told to leave alone', async () => {
    const { url } = await started.promise
    const migrate = ['migrate', '--store', url]
    const increment = ['run', desk, 'increment', '--store', url, '--no-migrate']

    expect(await run(increment)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/STORE_NOT_MIGRATED: .*"holdfast migrate/),
    })
    expect(await run(['data', 'ls', '--store', url])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('STORE_NOT_MIGRATED'),
    })
    const plan = await run([...migrate, '--dry-run'])
    expect(plan.stdout).toMatch(/^BEGIN;\n[^]*CREATE SCHEMA "holdfast";[^]*COMMIT;\n$/)
    expect(await run(migrate)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Applied 0000_begin\.\n[^]*row-level security is off\.\n$/),
    })
    expect(await run(migrate)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to do\.\nThe schema has version \d+/),
    })
    expect((await run([...migrate, '--dry-run'])).stdout).toMatch(/^-- Nothing to do/)
    expect(await run(increment)).toMatchObject({ code: 0, stdout: '1\n' })
  })

  test('switches row-level security, and says so', async () => {
    const { url } = await started.promise
    const migrate = ['migrate', '--store', url, '--json', '--row-level-security']
    const on = await run([...migrate, 'on'])
    expect(JSON.parse(on.stdout)).toMatchObject({ rowLevelSecurity: true })
    const off = await run([...migrate, 'off'])
    expect(JSON.parse(off.stdout)).toMatchObject({ applied: [], rowLevelSecurity: false })
  })

  test('shows no password, of a URL however wrong', async () => {
    const { url } = await started.promise
    const wrong = url.replace(/:[^:@/]+@/, ':open-sesame@')
    for (const store of [wrong, `${wrong}?sslmod=require`, wrong.replace('sesame', 's@same')]) {
      const { code, stdout, stderr } = await run(['migrate', '--store', store, '--verbose'])
      expect(code).toBeGreaterThan(1)
      expect(stdout + stderr).not.toMatch(/open-s|same@/)
    }
  })
})
