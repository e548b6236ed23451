import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver, migratePostgres } from '@holdfast/drivers-postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { Databases } from '../databases.ts'
import { commitOf, put, target, usageMustBeExact } from '../faults/store-of-test.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { countPartitions, partitionByWorkspace } from './hash-partitions.ts'
import { someChecks } from './some-checks.ts'

/** Makes databases whose tables are there already, in partitions by workspace. */
class PartitionedDatabases extends Databases {
  override async create(): Promise<string> {
    const url = await super.create()
    await migratePostgres({ url })
    await partitionByWorkspace(url)
    return url
  }
}

const databases = new PartitionedDatabases()
afterAll(() => databases[Symbol.asyncDispose]())

const subject = createPostgresSubject(databases)
runConformance(
  { ...subject, name: 'postgres in partitions' },
  { describe, test: someChecks, expect, afterAll },
)

test('each table has four partitions, before and after the driver has used them', async () => {
  const url = await databases.create()
  const four = { accounts: 4, chunks: 4, entries: 4, readers: 4, streams: 4 }
  expect(await countPartitions(url)).toEqual(four)
  const driver = createPostgresDriver({ url })
  await driver.open()
  await driver.commit(target, commitOf(put('a', '1')))
  await usageMustBeExact(driver)
  await driver.close()
  expect(await countPartitions(url)).toEqual(four)
  await databases.drop(url)
})
