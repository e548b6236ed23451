import { parsePluginId } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { parseGrants } from '../../src/index.ts'
import { makeManifest } from './make-manifest.ts'

const notes = makeManifest({ permissions: { network: true, environment: ['KEY', 'OTHER'] } })
const vault = makeManifest({ id: parsePluginId('vault') })
const environment = { KEY: 'secret', OTHER: '', UNASKED: 'secret', GONE: undefined }

type GrantsOf = ReturnType<typeof parseGrants>

function parse(text: string, options: { readonly partial?: boolean } = {}): GrantsOf {
  return parseGrants(text, '/etc/grants.json', { plugins: [notes, vault], environment, ...options })
}

function parseLines(...lines: readonly string[]): GrantsOf {
  return parse(lines.join('\n'))
}

describe('a file of grants', () => {
  test('grants each plugin what is said of it, and the others what is said of all', () => {
    const grantsOf = parseLines(
      '{',
      '  "*": { "memoryBytes": 67108864, "environment": ["UNASKED"] },',
      '  "notes": { "network": false, "environment": ["KEY", "OTHER"], "queue": 0 }',
      '}',
    )
    expect(grantsOf(notes)).toEqual({
      network: false,
      environment: { KEY: 'secret', OTHER: '' },
      addons: false,
      quotaBytes: 1000,
      memoryBytes: 67_108_864,
      timeoutMs: 5000,
      concurrency: 8,
      queue: 0,
    })
    expect(grantsOf(vault)).toMatchObject({ environment: {}, memoryBytes: 67_108_864 })
  })

  test('that says nothing leaves all as the manifests have it', () => {
    expect(parse('{}')(notes)).toMatchObject({ network: true, environment: {} })
  })

  test('is held against a manifest that has changed', () => {
    const grantsOf = parse('{ "notes": { "timeoutMs": 4000, "environment": ["KEY"] } }')
    const limits = { ...notes.limits, timeoutMs: 3000 }
    const permissions = { network: true, environment: ['KEY', 'UNASKED'] }

    expect(grantsOf({ ...notes, permissions })).toMatchObject({ environment: { KEY: 'secret' } })
    expect(() => grantsOf({ ...notes, limits })).toThrow(
      /^\/etc\/grants\.json:1: timeoutMs is 4000, but the manifest asks for 3000\./,
    )
  })

  test('may be for more plugins than those of one call', () => {
    const text = '{ "files": { "network": true, "environment": ["NOWHERE"] } }'

    expect(parse(text, { partial: true })(notes)).toMatchObject({ network: true })
  })
})

describe('a file of grants is refused, with the line,', () => {
  test.each([
    [
      'that is not JSON',
      ['{', '  "notes": {', '}'],
      /^\/etc\/grants\.json:3:2: This is not JSON: Expected/,
    ],
    ['that is no object', ['[]'], /^\/etc\/grants\.json:1: The file must be an object of grants/],
    [
      'with a policy that is no object',
      ['{', '"notes": true', '}'],
      /^\/etc\/grants\.json:2: notes must be an object of "network"/,
    ],
    [
      'for what can be no plugin',
      ['{', '"No tes": {}', '}'],
      /^\/etc\/grants\.json:2: No tes must be the id of a plugin, or "\*" for all of them/,
    ],
    [
      'for a plugin that is not there',
      ['{', '  "*": {},', '  "nots": {}', '}'],
      /^\/etc\/grants\.json:3: There is no plugin "nots" here; there is notes, vault\./,
    ],
    [
      'with a misspelt field',
      ['{ "notes": {', '"netwrok": false } }'],
      /^\/etc\/grants\.json:2: notes has "netwrok", which nothing reads/,
    ],
    [
      'with values of variables in it',
      ['{ "notes": {', '"environment": { "KEY": "secret" } } }'],
      /^\/etc\/grants\.json:2: notes\.environment must be a list of names of variables, .*; got a plain object/,
    ],
    [
      'with a variable that has no value here, each',
      ['{ "*": {', '"environment": ["GONE",', '"NOWHERE",', '"toString"] } }'],
      /^\/etc\/grants\.json:2: The variable GONE is granted, but the environment of this process has none\. .* grants\.json:3: The variable NOWHERE .* grants\.json:4: The variable toString /,
    ],
    [
      'that grants more than is asked for, each',
      [
        '{',
        '"notes": {',
        '  "environment": [',
        '    "KEY",',
        '    "UNASKED"',
        '  ],',
        '  "queue": 17 },',
        '"vault": { "network": true } }',
      ],
      /^\/etc\/grants\.json:5: The variable UNASKED .* grants\.json:7: queue is 17, .* grants\.json:8: The network is granted/,
    ],
    [
      'with what no policy can be',
      ['{ "*": {', '"memoryBytes": 5 } }'],
      /^\/etc\/grants\.json:2: \*\.memoryBytes must be a whole number of bytes from 67108864/,
    ],
  ])('%s', (_what, lines, message) => {
    expect(() => parseLines(...lines)).toThrow(
      expect.objectContaining({
        code: 'GRANT_INVALID',
        message: expect.stringMatching(message),
        context: { file: '/etc/grants.json', line: expect.any(Number) },
      }),
    )
  })

  test('and never tells the value of a variable', () => {
    expect(() => parse('{ "vault": { "environment": ["KEY"] } }')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
