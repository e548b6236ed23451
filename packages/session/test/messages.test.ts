import { definePlugin, type Message, Tool } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { encode } from './text.ts'

/** The methods that make messages, which only a tool may call, without the checks of their types. */
type Makers = Readonly<Record<Message['type'], (...parts: unknown[]) => unknown>>

/** What a caller receives of a tool that yields this one thing. */
async function yielded(make: (makers: Makers) => unknown): Promise<Message | undefined> {
  class Speak extends Tool {
    async *invoke() {
      yield make(this as unknown as Makers) as Message
    }
  }
  const [message] = await testPlugin(definePlugin({ tools: { speak: Speak } })).run('speak')
  return message
}

describe('a message', () => {
  test.each<[string, (makers: Makers) => unknown, Message]>([
    ['text', (make) => make.text(''), { type: 'text', text: '' }],
    ['json', (make) => make.json({ a: [null] }), { type: 'json', value: { a: [null] } }],
    [
      'blob',
      (make) => make.blob(Buffer.from('bytes'), 'image/png', 'a.png'),
      { type: 'blob', bytes: encode('bytes'), mimeType: 'image/png', filename: 'a.png' },
    ],
    [
      'blob without filename',
      (make) => make.blob(new Uint8Array(), 'text/plain; charset=utf-8'),
      {
        type: 'blob',
        bytes: new Uint8Array(),
        mimeType: 'text/plain; charset=utf-8',
        filename: null,
      },
    ],
    [
      'link',
      (make) => make.link('https://example.org/ä', 'Title'),
      { type: 'link', url: 'https://example.org/%C3%A4', title: 'Title' },
    ],
    [
      'link to a person',
      (make) => make.link(new URL('mailto:a@b.c')),
      { type: 'link', url: 'mailto:a@b.c', title: null },
    ],
    [
      'image',
      (make) => make.image('http://a.b/c.png', 'A c'),
      { type: 'image', url: 'http://a.b/c.png', alt: 'A c' },
    ],
    [
      'image in its address',
      (make) => make.image('data:image/png;base64,AA=='),
      { type: 'image', url: 'data:image/png;base64,AA==', alt: null },
    ],
    ['variable', (make) => make.variable('n', 1), { type: 'variable', name: 'n', value: 1 }],
    [
      'log',
      (make) => make.log('warn', 'Slow.', { ms: 5 }),
      { type: 'log', level: 'warn', text: 'Slow.', data: { ms: 5 } },
    ],
    [
      'log without data',
      (make) => make.log('info', 'Done.'),
      { type: 'log', level: 'info', text: 'Done.', data: null },
    ],
    [
      'progress',
      (make) => make.progress(1, 2, 'Half.'),
      { type: 'progress', done: 1, total: 2, text: 'Half.' },
    ],
    [
      'progress without end',
      (make) => make.progress(0),
      { type: 'progress', done: 0, total: null, text: null },
    ],
  ])('of %s reaches the caller as it was made', async (_what, make, message) => {
    const received = await yielded(make)
    expect(received).toStrictEqual(message)
    expect(Object.keys(received ?? {})).toEqual(Object.keys(message))
    expect(Object.isFrozen(received)).toBe(true)
  })

  test('keeps what it was made of, whatever becomes of that', async () => {
    const bytes = encode('before')
    const value = { items: ['before'] }
    const blob = await yielded((make) => {
      const message = make.blob(bytes, 'text/plain')
      bytes.fill(0)
      return message
    })
    const json = await yielded((make) => {
      const message = make.json(value)
      value.items.push('after')
      return message
    })
    expect(blob).toMatchObject({ bytes: encode('before') })
    expect(json).toMatchObject({ value: { items: ['before'] } })
  })

  test.each<[string, (makers: Makers) => unknown, string, string]>([
    ['text of a number', (make) => make.text(5), 'INVALID_MESSAGE', 'a number'],
    ['json of undefined', (make) => make.json(undefined), 'INVALID_JSON_VALUE', 'undefined'],
    ['json with a Date', (make) => make.json({ at: new Date() }), 'INVALID_JSON_VALUE', '$.at'],
    ['a blob of a string', (make) => make.blob('text', 'text/plain'), 'WRONG_TYPE', 'TextEncoder'],
    ['a blob without MIME type', (make) => make.blob(encode('')), 'INVALID_MESSAGE', 'MIME'],
    [
      'a blob with a header in its MIME type',
      (make) => make.blob(encode(''), 'a/b\r\nc: d'),
      'INVALID_MESSAGE',
      'MIME',
    ],
    [
      'a blob with a number as its name',
      (make) => make.blob(encode(''), 'a/b', 5),
      'INVALID_MESSAGE',
      'filename',
    ],
    ['a relative link', (make) => make.link('/a'), 'INVALID_MESSAGE', 'absolute'],
    [
      'a link that is a script',
      (make) => make.link('javascript:alert(1)'),
      'INVALID_MESSAGE',
      'https:',
    ],
    [
      'an image that is a file',
      (make) => make.image('file:///etc/passwd'),
      'INVALID_MESSAGE',
      'data:',
    ],
    ['a variable without name', (make) => make.variable('', 1), 'INVALID_MESSAGE', 'empty'],
    [
      'a variable of a function',
      (make) => make.variable('f', () => 1),
      'INVALID_JSON_VALUE',
      'function',
    ],
    [
      'a log of no level',
      (make) => make.log('fatal', 'x'),
      'INVALID_MESSAGE',
      'debug, info, warn, error',
    ],
    [
      'a log of bytes',
      (make) => make.log('info', 'x', encode('')),
      'INVALID_JSON_VALUE',
      'Uint8Array',
    ],
    ['a progress of NaN', (make) => make.progress(Number.NaN), 'INVALID_MESSAGE', 'NaN'],
    ['a progress below 0', (make) => make.progress(-1), 'INVALID_MESSAGE', '-1'],
    ['a progress to a text', (make) => make.progress(1, '2'), 'INVALID_MESSAGE', 'a string'],
  ])('of %s is refused where it is made', async (_what, make, code, word) => {
    const error = await caught(yielded(make))
    expect(error.code).toBe(code)
    expect(error.message).toContain(word)
  })

  test.each<[unknown, string]>([
    ['a text', 'a string of 6 characters'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ type: 'text', text: 'made by hand' }, 'a plain object'],
    [[], 'an array'],
    [new Map(), 'an instance of Map'],
    [() => 1, 'a function'],
  ])('is not %o', async (thing, what) => {
    const error = await caught(yielded(() => thing))
    expect(error.code).toBe('INVALID_MESSAGE')
    expect(error.message).toContain(what)
    expect(error.message).toContain('this.text()')
  })
})
