import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { parseJson } from '../src/parse-json.ts'
import { desk, run } from './holdfast.ts'

const malformed = [
  's3cr3t',
  '{ "token": s3cr3t }',
  '{ "token": "s3cr3t }',
  '{ "s3cr3t" 1 }',
  "{ 's3cr3t': 1 }",
  '["s3cr3t", "s3cr3t"',
  '"s3cr3t" "s3cr3t"',
  '{ "token": "s3cr3t\u0001" }',
  '{ "token": "\\xs3cr3t" }',
  '-s3cr3t',
]

test.each(malformed)('malformed JSON is refused without a word of it: %j', (source) => {
  for (const given of [source, new TextEncoder().encode(source)]) {
    const error = thrownBy(() => parseJson(given, 'The input'))
    expect(error).toMatchObject({ code: 'MALFORMED_JSON' })
    // With its stack, its context and whatever it may have as a cause.
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cr3t')
  }
})

test('what is not UTF-8 is refused without a word of it', () => {
  const bytes = Uint8Array.of(0x22, ...new TextEncoder().encode('s3cr3t'), 0xff, 0x22)
  const error = thrownBy(() => parseJson(bytes, 'The input'))
  expect(error).toMatchObject({ code: 'MALFORMED_JSON' })
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cr3t')
})

test('the place where it stops being JSON is named where the parser knows it', () => {
  expect(thrownBy(() => parseJson('{ "token": "s3cr3t" 1 }', 'The input'))).toMatchObject({
    message: expect.stringMatching(/^The input is not JSON, at position 20\b/),
  })
})

test('not even --verbose shows what was given', async () => {
  const args = ['run', desk, 'remember', '--store', 'memory:', '--input', '{ "token": s3cr3t }']
  const { code, stderr } = await run([...args, '--verbose'])
  expect(code).toBe(2)
  expect(stderr).toContain('MALFORMED_JSON')
  expect(stderr).not.toContain('s3cr3t')
})

function thrownBy(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
