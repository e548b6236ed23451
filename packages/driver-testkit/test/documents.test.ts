import { readFileSync } from 'node:fs'
import { conformanceSections, contractPromises, type PromiseNumber } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'

/** Promises that no conformance check can hold a driver to, by the part of the kit that does. */
const elsewhere: Readonly<Record<string, readonly PromiseNumber[]>> = {}

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

test('the kit has the promises of the contract word for word', () => {
  const lines = read('../../../docs/storage-contract.md').matchAll(/^- \*\*([\d.]+)\*\* (.*)$/gm)
  expect(contractPromises).toEqual(
    Object.fromEntries(Array.from(lines, ([, number, text = '']) => [number, withoutMarks(text)])),
  )
})

test('each promise has a check, or another part of the kit that holds drivers to it', () => {
  const checks = conformanceSections.flatMap((section) => section.checks)
  const checked = new Set(checks.flatMap(({ promises }) => promises))
  for (const promises of Object.values(elsewhere)) {
    for (const promise of promises) expect(checked).not.toContain(promise)
  }
  const all = new Set([...checked, ...Object.values(elsewhere).flat()])
  expect(
    Object.keys(contractPromises).filter((promise) => !all.has(promise as PromiseNumber)),
  ).toEqual([])
})

test('each check names promises that there are, each once and in their order', () => {
  const order = Object.keys(contractPromises)
  for (const { promises } of conformanceSections.flatMap((section) => section.checks)) {
    const places = promises.map((promise) => order.indexOf(promise))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...new Set(places)].toSorted((left, right) => left - right))
  }
})

/** The promise as it is in a report: without the mark of those that manageDriver keeps, and links. */
function withoutMarks(text: string): string {
  return text.replaceAll('◆ ', '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

function withoutBlankLines(text: string): string {
  return text.replaceAll(/^\n/gm, '')
}
