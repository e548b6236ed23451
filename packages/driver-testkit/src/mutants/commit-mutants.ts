import { MisuseError } from '@holdfast/core'
import { batchMutants } from './batch-mutants.ts'
import { changeCommits, currentOf } from './change-calls.ts'
import { interleavingMutants } from './interleaving-mutants.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const commitMutants: readonly Mutant[] = [
  {
    name: 'inserts and never overwrites',
    caughtBy: ['commit.put'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const puts = []
          for (const put of commit.puts) {
            const [old] = await driver.get({ ...target, store: put.store }, [put.key], options)
            if (!old) puts.push(put)
          }
          await driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'deletes nothing',
    caughtBy: ['commit.delete'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit: (target, commit, options) =>
          driver.commit(target, { ...commit, deletes: [] }, options),
      }),
  },
  {
    name: 'writes one entry after the other',
    caughtBy: ['commit.nothing-of-refused'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const put of commit.puts) {
            await driver.commit(
              target,
              { ...commit, checks: [], puts: [put], deletes: [] },
              options,
            )
          }
          await driver.commit(target, { ...commit, puts: [] }, options)
        },
      }),
  },
  {
    name: 'fails on a commit of nothing',
    caughtBy: ['commit.empty'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const { checks, puts, deletes } = commit
        if (checks.length + puts.length + deletes.length > 0) return commit
        throw new Error('syntax error at end of input')
      }),
  },
  {
    name: 'takes a delete that finds nothing for a failure',
    caughtBy: ['commit.delete-missing'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        for (const gone of commit.deletes) {
          if (!(await currentOf(driver, target, gone))) throw new Error('0 rows affected')
        }
        return commit
      }),
  },
  {
    name: 'deletes what begins with a key',
    caughtBy: ['commit.delete-missing'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const deletes = commit.deletes.map(async ({ store, key }) => {
          const scope = { ...target, store }
          const entries = await listWhole(driver, scope, { prefix: key, keysOnly: true })
          return entries.map((entry) => ({ store, key: entry.key }))
        })
        return { ...commit, deletes: (await Promise.all(deletes)).flat() }
      }),
  },
  {
    name: 'lets the last change of a key win',
    caughtBy: ['commit.key-once'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const changes = [
          ...commit.puts.map((put) => ({ put, gone: null })),
          ...commit.deletes.map((gone) => ({ put: null, gone })),
        ]
        const last = new Map(
          changes.map((change) => {
            const { store, key } = change.put ?? change.gone
            return [`${store} ${key}`, change]
          }),
        )
        return {
          ...commit,
          puts: [...last.values()].flatMap(({ put }) => put ?? []),
          deletes: [...last.values()].flatMap(({ gone }) => gone ?? []),
        }
      }),
  },
  {
    name: 'takes a key of both stores for one',
    caughtBy: ['commit.key-once'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const keys = [...commit.puts, ...commit.deletes].map(({ key }) => key)
        if (new Set(keys).size === keys.length) return commit
        throw new MisuseError('INVALID_ARGUMENT', 'A key is changed twice.')
      }),
  },
  ...batchMutants,
  ...interleavingMutants,
]
