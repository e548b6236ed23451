import { realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../src/index.ts'
import { manifestInvalid } from '../src/manifest/parse-manifest.ts'
import { makeFolder } from './plugin-folder.ts'

describe('a manifest is refused', () => {
  test('with the line of each mistake; of what is missing, that of what it is missing in', async () => {
    const folder = await realpath(
      await makeFolder({
        'package.json': [
          '{',
          '  "version": 7,',
          '  "holdfast": {',
          '    "id": "Notes",',
          '    "limits": {',
          '      "timeoutMs": 5,',
          '      "timeoutMs": -5',
          '    },',
          '    "permissions": {',
          '      "environment": [',
          '        "KEY",',
          '        "LD_PRELOAD"',
          '      ]',
          '    },',
          '    "endpoints": {',
          '      "hook": { "public": true }',
          '    },',
          '    "more": true',
          '  }',
          '}',
        ].join('\r\n'),
      }),
    )
    const error: unknown = await readManifest(folder).catch((caught: unknown) => caught)
    const { message } = error as Error

    expect(message.startsWith(`${folder}/package.json:2: version must be`)).toBe(true)
    expect(
      [...message.matchAll(/package\.json:(\d+): (\S+)/g)].map(([, ...parts]) => parts),
    ).toEqual(
      expect.arrayContaining([
        ['2', 'version'],
        ['3', 'holdfast.entry'],
        ['4', 'holdfast.id'],
        ['7', 'holdfast.limits.timeoutMs'],
        ['12', 'holdfast.permissions.environment.1'],
        ['16', 'holdfast.endpoints.hook'],
        ['18', 'holdfast'],
      ]),
    )
  })

  test('with the line of an entry that is not there', async () => {
    const folder = await makeFolder({
      'package.json': '{\n  "holdfast": {\n    "id": "notes",\n    "entry": "./a.js"\n  }\n}',
    })
    await expect(readManifest(folder)).rejects.toThrow(/package\.json:4: holdfast\.entry is/)
  })

  test.each([
    ['', '1:1', 'Unexpected end'],
    ['{\n  "name": "a"\n', '3:1', 'Expected'],
    ['{\n  "name": "a', '2:13', 'Unterminated string'],
    ['{\n  "name": "a",\n}', '3:1', 'Expected double-quoted property name'],
    ['{}\n // no', '2:2', 'Unexpected'],
    ['[\n', '2:1', 'Unexpected end'],
  ])('for %j, with line and column', async (text, place, reason) => {
    const folder = await makeFolder({ 'package.json': text })

    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(`package.json:${place}: This is not JSON: ${reason}`),
    })
  })

  test('for text that is not JSON, in one line', async () => {
    const folder = await makeFolder({ 'package.json': '{\n  "name": a\n}' })

    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringMatching(/package\.json:2:11: This is not JSON: .* "name": a.*$/),
    })
  })
})

describe('a manifest that does not fit the code', () => {
  test('is told of with its line, as long as the file is what it was', async () => {
    const file = join(await makeFolder({}), 'package.json')
    const path = ['holdfast', 'endpoints', '/opn']
    const message = (): string => manifestInvalid(file, 'There is no such endpoint.', path).message
    await writeFile(file, '{\n"holdfast": {\n"endpoints": {\n"/opn": { "public": true } } } }')

    expect(message()).toBe(`${file}:4: There is no such endpoint.`)
    await writeFile(file, '{')
    expect(message()).toBe(`${file}: There is no such endpoint.`)
  })
})
