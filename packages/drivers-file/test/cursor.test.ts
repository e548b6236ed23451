import { join } from 'node:path'
import { encodeCursor } from '@holdfast/core'
import { createFileDriver } from '@holdfast/drivers-file'
import { expect, test } from 'vitest'
import { commitOf, put, scope, target } from './entries.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('a cursor of another prefix leads to no key without this one', async () => {
  await using folder = await temporaryFolder()
  await using driver = createFileDriver({ path: join(folder.path, 'store.db') })
  await driver.open()
  await driver.commit(target, commitOf(put('a1', Uint8Array.of(1)), put('b1', Uint8Array.of(2))))
  const query = { prefix: 'b', cursor: encodeCursor(['a0']), limit: 10, keysOnly: true }
  const { entries } = await driver.list(scope, query)
  expect(entries.map(({ key }) => key)).toEqual(['b1'])
})
