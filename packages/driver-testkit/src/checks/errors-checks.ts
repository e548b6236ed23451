import { inspect } from 'node:util'
import {
  type Cursor,
  errorCodes,
  isHoldfastError,
  mintVersion,
  type ErrorCode,
} from '@holdfast/core'
import { cut } from '../bodies.ts'
import { utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { streams } from '../requirements.ts'
import type { ScopeHandle, UploadOptions } from '../scope-handle.ts'
import { failureOf, outcomeOf } from '../settlement.ts'

const secret = 'correct horse battery staple'

export const errorsChecks: readonly ConformanceCheck[] = [
  {
    id: 'errors.fields',
    promises: ['18.1'],
    title: 'Every error has a code of the list, says whether to try again, and says what happened.',
    async run({ store, expect }) {
      await store.put('key', secret)
      for (const [code, call] of failures(store)) {
        const error = await failureOf(call())
        const isKnown = isHoldfastError(error)
        expect(isKnown && error.code).toBe(code)
        expect(isKnown && error.retryable).toBe(errorCodes[code] === 'retry')
        expect(error.message.length > 20).toBe(true)
      }
    },
  },
  {
    id: 'errors.discreet',
    promises: ['18.2'],
    title: 'No error carries a stored value or one that was to be stored.',
    async run({ store, expect }) {
      await store.put('key', secret)
      for (const [code, call] of failures(store)) {
        const error = await failureOf(call())
        expect([code, isHoldfastError(error), leaksOf(error)]).toEqual([code, true, []])
      }
    },
  },
  {
    id: 'errors.of-streams',
    promises: ['18.1', '18.2', '18.3'],
    title: 'The errors of an upload are like others, and carry nothing of its body either.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('key', secret)
      for (const [code, call] of failuresOfStreams(store)) {
        const error = await failureOf(call())
        expect(isHoldfastError(error) && [error.code, error.retryable]).toEqual([code, false])
        expect([code, leaksOf(error)]).toEqual([code, []])
        expect(await outcomeOf(store.upload('next', cut(utf8('value'))))).toBe('resolved')
      }
    },
  },
  {
    id: 'errors.passing',
    promises: ['18.3'],
    title: 'An error ends one call: the driver goes on to serve.',
    async run({ store, expect }) {
      await store.put('key', secret)
      for (const [, call] of failures(store)) {
        await failureOf(call())
        expect(await outcomeOf(store.put('next'))).toBe('resolved')
        expect(await store.keys()).toEqual(['key', 'next'])
      }
    },
  },
]

/** Calls that must fail though nothing is wrong with the store, with the code of each. */
function failures(
  store: ScopeHandle,
): readonly (readonly [code: ErrorCode, call: () => Promise<unknown>])[] {
  const puts = [store.putOf('new', secret), store.putOf('key', `${secret}!`)]
  const { maxValueBytes, maxCommitEntries } = store.driver.capabilities
  const tooLarge = new Uint8Array(maxValueBytes + 1)
  tooLarge.set(utf8(secret))
  const tooMany = Array.from({ length: maxCommitEntries + 1 }, (_, index) =>
    store.putOf(`key ${index}`, secret),
  )
  const twice = [...puts, ...puts]
  return [
    ['VERSION_MISMATCH', () => store.commit({ puts, checks: [store.checkOf('key', null)] })],
    ['VERSION_MISMATCH', () => store.commit({ puts, checks: [store.checkOf('a', mintVersion())] })],
    ['QUOTA_EXCEEDED', () => store.commit({ puts, quota: { maxBytes: 1 } })],
    ['VALUE_TOO_LARGE', () => store.put('key', tooLarge)],
    ['COMMIT_TOO_LARGE', () => store.commit({ puts: tooMany })],
    ['INVALID_ARGUMENT', () => store.commit({ puts: twice })],
    ['INVALID_ARGUMENT', () => store.list({ limit: 0 })],
    ['INVALID_CURSOR', () => store.list({ cursor: 'garbage' as Cursor })],
    ['ABORTED', () => store.commit({ puts }, { signal: AbortSignal.abort() })],
    ['DEADLINE_EXCEEDED', () => store.commit({ puts }, { deadlineAt: 1 })],
  ]
}

/** As {@link failures}, of uploads. */
function failuresOfStreams(store: ScopeHandle): ReturnType<typeof failures> {
  const upload = (options: UploadOptions): Promise<unknown> =>
    store.upload('key', cut(utf8(`${secret}!`)), options)
  return [
    ['VERSION_MISMATCH', () => upload({ expected: null })],
    ['QUOTA_EXCEEDED', () => upload({ quota: { maxBytes: 1 } })],
    ['BODY_FAILED', () => store.upload('key', brokenBody())],
  ]
}

async function* brokenBody(): AsyncGenerator<Uint8Array> {
  yield utf8(secret)
  throw new Error('the line is cut')
}

/** In which forms the secret can be seen in an error. */
function leaksOf(error: Error): readonly string[] {
  const shown = show(error)
  return formsOf(secret).filter((form) => shown.includes(form))
}

/** All that can be seen of an error, in one line. */
function show(error: Error): string {
  const everything = { depth: Infinity, maxArrayLength: null, maxStringLength: null }
  return inspect(error, { ...everything, showHidden: true }).replaceAll(/\s+/g, ' ')
}

/** How a text looks in a report, be it shown as text or as bytes. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  const spaced = hex.replaceAll(/(..)(?=.)/g, '$1 ')
  const base64 = [bytes.toString('base64'), bytes.toString('base64url')]
  return [text, hex, hex.toUpperCase(), spaced, ...base64, bytes.join(', '), bytes.join(',')]
}
