import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorCodes } from '../src/index.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

/** The code and the text of each section of the page that is about one code. */
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [heading = '', ...lines] = section.split('\n')
    const [body = ''] = lines.join('\n').split(/^## /m)
    return { code: heading.trim(), body: body.trim() }
  })

const labels = { retry: '**Retryable.**', final: '**Final.**' }

test('each code has its heading on the page of errors, in the order of the list', () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.keys(errorCodes))
})

test.each(Object.entries(errorCodes))(
  'the section of %s says that it is to: %s',
  (code, nature) => {
    const body = sections.find((section) => section.code === code)?.body
    const [label] = body?.match(/^\*\*\w+\.\*\*/) ?? []
    expect(label).toBe(labels[nature])
  },
)

test.each(Object.keys(errorCodes))('the section of %s says what to do', (code) => {
  const body = sections.find((section) => section.code === code)?.body
  expect(body).toMatch(/^- \*\*(Author|Operator|Driver contributor|Caller)\*\*: ./m)
})
