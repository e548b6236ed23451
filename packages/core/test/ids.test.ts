import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mintVersion, parsePluginId, parseVersion, parseWorkspaceId } from '../src/index.ts'
import { caught } from './caught.ts'

const hostile = ['', ' ', 'a b', 'a/b', '../a', 'a\n', '\na', 'a\0', 'é', 'a:b', 'a%', '😀', 'ａ']
const notStrings = [undefined, null, 5, {}, ['a'], Symbol('a'), new String('a')]

describe('parseWorkspaceId', () => {
  test('accepts what the pattern of the design describes, unchanged', () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
    fc.assert(fc.property(ids, (id) => parseWorkspaceId(id) === id))
  })

  test.each([...hostile, '-a', '_a', '.', '..', 'a.b', 'a'.repeat(65), ...notStrings])(
    'refuses %s',
    (value) => {
      expect(caught(() => parseWorkspaceId(value))).toMatchObject({ code: 'INVALID_WORKSPACE_ID' })
    },
  )
})

describe('parsePluginId', () => {
  test('accepts what the pattern of the design describes, unchanged', () => {
    const ids = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    fc.assert(fc.property(ids, (id) => parsePluginId(id) === id))
  })

  test.each([...hostile, '-a', '_a', '.', '..', '.a', 'A', 'aB', 'a'.repeat(65), ...notStrings])(
    'refuses %s',
    (value) => {
      expect(caught(() => parsePluginId(value))).toMatchObject({ code: 'INVALID_PLUGIN_ID' })
    },
  )

  test('quotes a short id in its message and only describes a long one', () => {
    expect(() => parsePluginId('My Plugin')).toThrow('got "My Plugin".')
    expect(() => parsePluginId('x'.repeat(100))).toThrow('got a string of 100 characters.')
  })
})

describe('versions', () => {
  test('are minted once each, and are what parseVersion accepts', () => {
    const minted = Array.from({ length: 1_000 }, mintVersion)
    expect(new Set(minted).size).toBe(minted.length)
    for (const version of minted) expect(parseVersion(version)).toBe(version)
  })

  test.each([...hostile, 'a'.repeat(65), 'a.b', ...notStrings])('refuses %s', (value) => {
    expect(caught(() => parseVersion(value))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
