import { expect, test } from 'vitest'
import { runCase } from '../../src/cli/run-case.ts'
import type { TestCase } from '../../src/cli/test-part.ts'

const context = { seed: 1, failureFolder: 'none' }

const endless: TestCase = {
  id: 'list.one',
  title: 'It lists.',
  promises: ['10.1'],
  skipped: null,
  timeoutMs: 20,
  run: ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')))
    }),
}

test('a check of one thing that does not end has failed', async () => {
  const { outcome, promises, message } = await runCase(endless, context)
  expect({ outcome, promises }).toEqual({ outcome: 'broken', promises: ['10.1'] })
  expect(message).toBe('It did not come to its end in 0.02 seconds.')
})

test('one of many things that does not end has shown none of them', async () => {
  const broad: TestCase = { ...endless, judge: () => ({ promises: ['11.1'] }) }
  expect(await runCase(broad, context)).toMatchObject({ outcome: 'unfinished' })
})

test('one of many things has broken what its error shows', async () => {
  const testCase: TestCase = {
    ...endless,
    run: () => Promise.reject(new Error('wrong')),
    judge: () => ({ promises: ['11.1'], isAnyOf: true, path: '0:1' }),
  }
  expect(await runCase(testCase, context)).toMatchObject({
    outcome: 'broken',
    promises: ['11.1'],
    isAnyOf: true,
    path: '0:1',
    message: 'wrong',
  })
})
