import { readFileSync } from 'node:fs'
import { conformanceSections } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'

test('the pieces of code in writing-a-driver.md are the example that the kit is run on', () => {
  const page = read('../../../docs/writing-a-driver.md')
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  const driver = read('../examples/map-driver.ts')
  const pieces = blocks.filter((block) => driver.includes(block))
  expect(withoutBlankLines(pieces.join(''))).toBe(withoutBlankLines(driver))

  const use = blocks.find((block) => block.includes('runConformance'))
  expect(read('map-driver.test.ts').startsWith(use ?? 'no such block')).toBe(true)
})

test('the contract has the sections of the kit, and its promises are numbered by them', () => {
  const [, ...sections] = read('../../../docs/storage-contract.md').split(/^## /m)
  expect(sections.map((section) => section.split('\n')[0])).toEqual(
    conformanceSections.map(({ title }) => title),
  )
  for (const [index, section] of sections.entries()) {
    const promises = section.split('\n').filter((line) => line.startsWith('- '))
    expect(promises.map((promise) => /^- \*\*([\d.]+)\*\* /.exec(promise)?.[1])).toEqual(
      promises.map((_, place) => `${index + 1}.${place + 1}`),
    )
  }
})

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

function withoutBlankLines(text: string): string {
  return text.replaceAll(/^\n/gm, '')
}
