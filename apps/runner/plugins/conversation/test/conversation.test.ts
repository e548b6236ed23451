import { testPlugin, type TestPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../src/conversation.ts'
import definition from '../src/index.ts'
import { jsonOf } from './json-of.ts'

interface HistoryResult {
  readonly messages: readonly ChatMessage[]
  readonly earlier: number
  readonly dropped: number
}

const conversation = 'support/2041'

async function say(plugin: TestPlugin, text: string, more: object = {}): Promise<unknown> {
  const parameters = { conversation, role: 'user', text, ...more }
  return jsonOf(await plugin.run('append-message', parameters))
}

async function historyOf(plugin: TestPlugin, more: object = {}): Promise<HistoryResult> {
  const messages = await plugin.run('history', { conversation, ...more })
  return jsonOf(messages) as unknown as HistoryResult
}

test('a later run finds what earlier runs appended, in order and numbered from 1', async () => {
  const plugin = testPlugin(definition)
  await say(plugin, 'My order has not arrived.')
  await say(plugin, 'Which one?', { role: 'assistant' })
  expect((await historyOf(plugin)).messages).toMatchObject([
    { sequence: 1, role: 'user', text: 'My order has not arrived.' },
    { sequence: 2, role: 'assistant', text: 'Which one?' },
  ])
})

test('a message is dated by the clock that expiry goes by', async () => {
  const plugin = testPlugin(definition, { now: Date.parse('2030-01-01T09:30:00Z') })
  await say(plugin, 'My order has not arrived.')
  const { messages } = await historyOf(plugin)
  expect(messages).toMatchObject([{ at: '2030-01-01T09:30:00.000Z' }])
})

test('a conversation that nobody began is empty', async () => {
  const { messages, earlier, dropped } = await historyOf(testPlugin(definition))
  expect({ messages, earlier, dropped }).toEqual({ messages: [], earlier: 0, dropped: 0 })
})

test('100 messages appended at once are all kept, each under a number of its own', async () => {
  const plugin = testPlugin(definition)
  const texts = Array.from({ length: 100 }, (_none, index) => `message ${index}`)
  const appended = await Promise.all(texts.map((text) => say(plugin, text)))
  const { messages } = await historyOf(plugin, { last: 100 })
  expect(messages.map(({ sequence }) => sequence)).toEqual(texts.map((_text, index) => index + 1))
  expect(new Set(messages.map(({ text }) => text))).toEqual(new Set(texts))
  // Each call was told the number of its own message.
  expect(appended).toEqual(
    texts.map((text): unknown =>
      expect.objectContaining({
        sequence: messages.find((message) => message.text === text)?.sequence,
      }),
    ),
  )
})

test('the oldest messages are dropped, and counted, when there are too many', async () => {
  const plugin = testPlugin(definition)
  for (let count = 1; count <= 203; count++) await say(plugin, `message ${count}`)
  const { messages, dropped } = await historyOf(plugin, { last: 200 })
  expect(dropped).toBe(3)
  expect(messages.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 200 }, (_none, index) => index + 4),
  )
})

test('the oldest messages are dropped when they are too large together', async () => {
  const plugin = testPlugin(definition)
  for (let count = 1; count <= 20; count++) await say(plugin, `${count}`.padEnd(8_000, '.'))
  const { messages, dropped } = await historyOf(plugin)
  expect(dropped + messages.length).toBe(20)
  expect(messages.length).toBe(8)
  const entry = await plugin.persistent_store.getEntry(`conversations/${conversation}`)
  expect(entry?.size).toBeLessThan(65_536 + 100)
})

test('history gives the newest, and says how many more are kept', async () => {
  const plugin = testPlugin(definition)
  for (const text of ['one', 'two', 'three']) await say(plugin, text)
  const { messages, earlier } = await historyOf(plugin, { last: 2 })
  expect(messages.map(({ text }) => text)).toEqual(['two', 'three'])
  expect(earlier).toBe(1)
})

describe('a message with an id', () => {
  test('is appended once, however often and concurrently it is sent', async () => {
    const plugin = testPlugin(definition)
    await say(plugin, 'Hello.')
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => say(plugin, 'Is anybody there?', { id: 'm-2' })),
    )
    expect(new Set(sent.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(sent[0]).toMatchObject({ sequence: 2, kept: 2 })
    await say(plugin, 'Hello?')
    expect(await say(plugin, 'Is anybody there?', { id: 'm-2' })).toMatchObject({ sequence: 2 })
  })

  test('is refused when the id is that of another message', async () => {
    const plugin = testPlugin(definition)
    await say(plugin, 'Yes.', { id: 'm-1' })
    const attempt = say(plugin, 'No.', { id: 'm-1' })
    await expect(attempt).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('"m-1" is that of another message'),
    })
    expect((await historyOf(plugin)).messages).toMatchObject([{ text: 'Yes.' }])
  })
})

test('a forgotten conversation begins anew, and others stay', async () => {
  const plugin = testPlugin(definition)
  await say(plugin, 'Forget me.')
  await say(plugin, 'Keep me.', { conversation: 'support/20' })
  await plugin.run('forget-conversation', { conversation })
  expect((await historyOf(plugin)).messages).toEqual([])
  expect(await say(plugin, 'Hello again.')).toMatchObject({ sequence: 1, dropped: 0 })
  expect((await historyOf(plugin, { conversation: 'support/20' })).messages).toHaveLength(1)
})

test('conversations are listed page by page with their counts, sizes and times', async () => {
  const plugin = testPlugin(definition, { now: Date.parse('2030-01-01T00:00:00Z') })
  await say(plugin, 'one', { conversation: 'a/1' })
  plugin.clock.advance(1_000)
  await say(plugin, 'two', { conversation: 'a/1' })
  await say(plugin, 'three', { conversation: 'a/2' })
  await say(plugin, 'four', { conversation: 'b' })
  const first = jsonOf(await plugin.run('list-conversations', { prefix: 'a/', limit: 1 }))
  const size = (await plugin.persistent_store.getEntry('conversations/a/1'))?.size
  expect(first).toEqual({
    conversations: [
      {
        conversation: 'a/1',
        kept: 2,
        dropped: 0,
        bytes: size,
        startedAt: '2030-01-01T00:00:00.000Z',
        lastMessageAt: '2030-01-01T00:00:01.000Z',
      },
    ],
    cursor: expect.any(String),
  })
  const { cursor } = first as { cursor: string }
  const second = await plugin.run('list-conversations', { prefix: 'a/', limit: 1, cursor })
  expect(jsonOf(second)).toMatchObject({ conversations: [{ conversation: 'a/2' }], cursor: null })
})

test.each([
  ['role', { role: 'robot' }],
  ['text', { text: '' }],
  ['text', { text: 'a'.repeat(8_001) }],
  ['text', { text: 1 }],
  ['conversation', { conversation: 'a:b' }],
  ['conversation', { conversation: '' }],
  ['id', { id: '' }],
])('a wrong %s is refused by name, and nothing is stored', async (field, wrong) => {
  const plugin = testPlugin(definition)
  await expect(say(plugin, 'Hello.', wrong)).rejects.toMatchObject({
    code: 'INVALID_PARAMETERS',
    context: { fields: [field] },
  })
  expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
})
