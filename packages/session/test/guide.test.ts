import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../../docs/writing-a-plugin.md'), 'utf8')

const sources = globSync(join(import.meta.dirname, 'fixtures/guide/**/*.ts')).map((file) =>
  readFileSync(file, 'utf8'),
)

function blocks(language: string): string[] {
  return Array.from(page.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, found, code = '']) =>
    found === language ? code : '',
  ).filter((code) => code !== '')
}

test('all TypeScript of the guide is part of its fixtures, which are compiled and run', () => {
  const examples = blocks('ts')
  expect(examples.length).toBeGreaterThan(15)
  const missing = examples.filter((code) => !sources.some((source) => source.includes(code)))
  expect(missing).toEqual([])
})

test('all JSON of the guide is JSON', () => {
  const examples = blocks('json')
  expect(examples).toHaveLength(2)
  for (const code of examples) expect(() => JSON.parse(code) as unknown).not.toThrow()
})
