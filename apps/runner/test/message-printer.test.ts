import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Message } from '@holdfast/session'
import { describe, expect, test } from 'vitest'
import { showValue } from '../src/data/get.ts'
import { createMessagePrinter, type PrintOptions } from '../src/message-printer.ts'
import { makeFolder } from './holdfast.ts'

/** Clears the screen, sets the title, and does the like in the 8-bit form and by turning text round. */
const hostile = 'a\u001b[2Jb\u001b]0;c\u0007d\u009b2Je\u202ef\u0008g\rh\u007f'
const shown = 'a\\u001b[2Jb\\u001b]0;c\\u0007d\\u009b2Je\\u202ef\\u0008g\\u000dh\\u007f'

const messages: readonly (readonly [Message, shownOn: 'stdout' | 'stderr'])[] = [
  [{ type: 'text', text: hostile }, 'stdout'],
  [{ type: 'variable', name: hostile, value: 1 }, 'stdout'],
  [{ type: 'link', url: 'https://example.org/', title: hostile }, 'stdout'],
  [{ type: 'image', url: 'https://example.org/', alt: hostile }, 'stdout'],
  [{ type: 'log', level: 'info', text: hostile, data: null }, 'stderr'],
  [{ type: 'progress', done: 1, total: null, text: hostile }, 'stderr'],
]

describe('a terminal', () => {
  test.each(messages)('obeys nothing of %o', async (message, output) => {
    expect((await print([message], { isTTY: true }))[output]).toContain(shown)
  })

  test('obeys nothing of JSON, which stays JSON and means what it meant', async () => {
    const { stdout } = await print([{ type: 'json', value: { [hostile]: hostile } }], {
      isTTY: true,
    })
    expect(isHarmless(stdout)).toBe(true)
    expect(JSON.parse(stdout)).toEqual({ [hostile]: hostile })

    const lines = await print([{ type: 'text', text: hostile }], { isTTY: true, json: true })
    expect(isHarmless(lines.stdout)).toBe(true)
    expect(JSON.parse(lines.stdout)).toEqual({ type: 'text', text: hostile })
  })

  test('shows text as it is: lines, tabs, any script, and emoji made of several', async () => {
    const text = 'one\ttwo\r\nعربی\u200cها שלום 日本 👩\u200d💻\n'
    expect(await print([{ type: 'text', text }], { isTTY: true })).toEqual({
      stdout: text,
      stderr: '',
    })
  })

  test('shows a stored value as text, JSON indented, and refuses what is none', () => {
    const value = new TextEncoder().encode('{"a":[1]}')
    expect(showValue({ value }, 'storage')).toBe('{"a":[1]}')
    expect(showValue({ value }, 'persistent_store')).toBe('{\n  "a": [\n    1\n  ]\n}\n')
    expect(() => showValue({ value: Uint8Array.of(0xff, 0xfe) }, 'storage')).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  })
})

describe('a pipe', () => {
  test('receives text byte for byte', async () => {
    expect((await print([{ type: 'text', text: `${hostile}\n` }])).stdout).toBe(`${hostile}\n`)
  })

  test('receives logs and progress as a terminal does, for they end up on one', async () => {
    const { stderr } = await print([
      { type: 'log', level: 'info', text: `${hostile}\n\tat`, data: { hostile } },
    ])
    expect(stderr).toContain(`info: ${shown}\n\tat`)
    expect(isHarmless(stderr)).toBe(true)
  })
})

test('with --json and --output-dir, files are written and named, and not given', async () => {
  const folder = await makeFolder()
  const outputDir = join(folder, 'new')
  const bytes = Uint8Array.of(0, 1, 255)
  const message: Message = { type: 'blob', mimeType: 'image/png', filename: 'cat.png', bytes }
  const { stdout } = await print([message], { json: true, outputDir })

  const path = join(outputDir, 'cat.png')
  expect(JSON.parse(stdout)).toEqual({
    type: 'blob',
    mimeType: 'image/png',
    filename: 'cat.png',
    size: 3,
    path,
  })
  expect(await readFile(path)).toEqual(Buffer.from(bytes))
})

async function print(
  printed: readonly Message[],
  { isTTY = false, ...options }: PrintOptions & { readonly isTTY?: boolean } = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const stdout = new Output(isTTY)
  const stderr = new Output(isTTY)
  const printMessage = await createMessagePrinter(options, { stdout, stderr })
  for (const message of printed) await printMessage(message)
  return { stdout: stdout.written, stderr: stderr.written }
}

class Output extends Writable {
  readonly isTTY: boolean
  written = ''

  constructor(isTTY: boolean) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.written += chunk
    done()
  }
}

/** Whether there is nothing in a text but letters and line ends, as far as a terminal goes. */
function isHarmless(text: string): boolean {
  return !/(?!\n|\t)[\p{Cc}\u202e]/u.test(text)
}
