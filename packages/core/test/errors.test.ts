import { describe, expect, test, vi } from 'vitest'
import {
  bodyFailed,
  type ErrorCode,
  errorCodes,
  fitsQuota,
  HoldfastError,
  isHoldfastError,
  MisuseError,
  mintVersion,
  parseStorageKey,
  quotaExceeded,
  unsupported,
  versionMismatch,
} from '../src/index.ts'

describe('HoldfastError', () => {
  test('carries its code, operation, context and cause', () => {
    const cause = new Error('EIO')
    const error = new HoldfastError('DRIVER_FAILURE', 'It broke.', {
      operation: 'driver.get',
      context: { attempts: 3 },
      cause,
    })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'HoldfastError',
      message: 'It broke.',
      code: 'DRIVER_FAILURE',
      operation: 'driver.get',
      context: { attempts: 3 },
      cause,
    })
  })

  test('has neither operation, context nor cause if it was given none', () => {
    const error = new HoldfastError('USAGE', 'So not.')
    expect(error).toMatchObject({ operation: undefined, context: {} })
    expect(error).not.toHaveProperty('cause')
  })

  test.each(Object.entries(errorCodes))('with %s is one to: %s', (code, nature) => {
    const error = new HoldfastError(code as ErrorCode, '')
    expect(error.retryable).toBe(nature === 'retry')
  })
})

describe('MisuseError', () => {
  test('is a TypeError with the fields of a HoldfastError', () => {
    const cause = new Error('why')
    const error = new MisuseError('WRONG_TYPE', 'No.', { context: { key: 'k' }, cause })
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      name: 'MisuseError',
      code: 'WRONG_TYPE',
      retryable: false,
      operation: undefined,
      context: { key: 'k' },
      cause,
    })
  })
})

describe('isHoldfastError', () => {
  test('knows both kinds of errors, and their codes', () => {
    for (const error of [new HoldfastError('USAGE', ''), new MisuseError('USAGE', '')]) {
      expect(isHoldfastError(error)).toBe(true)
      expect(isHoldfastError(error, 'USAGE')).toBe(true)
      expect(isHoldfastError(error, 'INTERNAL')).toBe(false)
    }
  })

  test('knows the errors of a second copy of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/index.ts')
    expect(copy.HoldfastError).not.toBe(HoldfastError)
    expect(isHoldfastError(new copy.HoldfastError('USAGE', ''), 'USAGE')).toBe(true)
    expect(isHoldfastError(new copy.MisuseError('USAGE', ''), 'USAGE')).toBe(true)
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'USAGE'],
    [
      'a plain object that looks like one',
      { name: 'HoldfastError', code: 'USAGE', retryable: false },
    ],
    ['an Error', new Error('e')],
    ['an error of Node', Object.assign(new Error('e'), { code: 'ENOENT' })],
    [
      'an error of another library',
      Object.assign(new Error('e'), { code: 'ABORTED', retryable: true }),
    ],
    [
      'an error with a code that is none of ours',
      Object.assign(new HoldfastError('USAGE', ''), { code: 'toString' }),
    ],
  ])('does not take %s for one', (_what, value) => {
    expect(isHoldfastError(value)).toBe(false)
  })
})

describe('the errors of drivers', () => {
  const key = parseStorageKey('a/b')
  const [expected, current] = [mintVersion(), mintVersion()]

  test.each([
    [
      'another version',
      expected,
      current,
      `have version ${expected}, but it has version ${current}`,
    ],
    ['a version where it is absent', expected, null, `have version ${expected}, but it is absent`],
    ['absence where there is a version', null, current, `be absent, but it has version ${current}`],
  ])('tell of a check that wanted %s', (_what, wanted, found, words) => {
    const error = versionMismatch({ store: 'storage', key, version: wanted }, found)
    expect(error).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { store: 'storage', key, expected: wanted, current: found },
      message: expect.stringContaining(words),
    })
    // It is also of streams, of commits of several keys, and of keys that nobody wrote meanwhile.
    expect(error.message).not.toMatch(/update|meanwhile/)
  })

  test.each([
    [new Error("ENOENT: no such file, open '/a'"), ": ENOENT: no such file, open '/a'. The old"],
    [new Error('The line is dead.'), ': The line is dead. The old'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), ': ECONNREFUSED. The old'],
    [new RangeError(), ': RangeError. The old'],
    ['some text', ': its source threw a string of 9 characters. The old'],
  ])('tell of a stream that failed with %o: of which key, and why', (cause, words) => {
    const error = bodyFailed(key, cause, 'driver.writeStream')
    expect(error).toMatchObject({
      code: 'BODY_FAILED',
      operation: 'driver.writeStream',
      context: { key },
      cause,
      message: expect.stringContaining(`"a/b" failed before its end${words}`),
    })
  })

  test('tell of a quota and what would have been needed', () => {
    expect(quotaExceeded({ maxBytes: 10 }, 11)).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      context: { maxBytes: 10, neededBytes: 11 },
      message: expect.stringContaining('would make it 11.'),
    })
  })

  test('tell of what a driver does not support', () => {
    expect(unsupported('file', 'watch', 'maxWatchedKeys')).toMatchObject({
      code: 'UNSUPPORTED',
      operation: 'driver.watch',
      context: { driver: 'file', capability: 'maxWatchedKeys' },
    })
  })
})

describe('fitsQuota', () => {
  test.each([
    ['without a quota', null, 0, 1_000, true],
    ['up to the quota', { maxBytes: 10 }, 0, 10, true],
    ['over the quota', { maxBytes: 10 }, 0, 11, false],
    ['over the quota but shrinking', { maxBytes: 10 }, 20, 15, true],
    ['over the quota and staying', { maxBytes: 10 }, 20, 20, true],
    ['over the quota and growing', { maxBytes: 10 }, 20, 21, false],
    ['emptying where the quota is 0', { maxBytes: 0 }, 5, 0, true],
  ])('%s', (_what, quota, before, after, fits) => {
    expect(fitsQuota(quota, before, after)).toBe(fits)
  })
})
