import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { collect, openNotesHost, plugin, workspace } from './notes-host.ts'

describe('a tool', () => {
  test('keeps its data for the next call, for its workspace alone', async () => {
    const { host } = await openNotesHost()
    const other = parseWorkspaceId('other')

    expect(await collect(host, 'remember', { name: 'milk', text: 'two bottles' })).toMatchObject([
      { type: 'text', text: 'stored for acme by 2.0.1' },
    ])
    expect(await collect(host, 'recall', { name: 'milk' })).toMatchObject([
      { value: 'two bottles' },
    ])
    expect(await collect(host, 'recall', { name: 'milk' }, other)).toMatchObject([{ value: null }])
  })

  test('is held to the quota of its manifest', async () => {
    const { host } = await openNotesHost()

    await expect(
      collect(host, 'remember', { name: 'a', text: 'x'.repeat(1000) }),
    ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', context: { maxBytes: 1000 } })
  })

  test('runs no further than its messages are taken, and is ended when no more are', async () => {
    const { host } = await openNotesHost()
    const messages = host.invokeTool({ workspace, plugin, tool: 'count', parameters: {} })
    for await (const message of messages) {
      expect(message).toMatchObject({ text: 'one' })
      expect(await collect(host, 'recall', { name: 'ended' })).toMatchObject([{ value: null }])
      break
    }
    expect(await collect(host, 'recall', { name: 'ended' })).toMatchObject([{ value: true }])
  })

  test.each([
    ['an unknown plugin', 'none', 'recall', 'PLUGIN_NOT_FOUND', '"none" here; there is notes'],
    ['an unknown tool', 'notes', 'recal', 'TOOL_NOT_FOUND', '"recal"; it has remember, recall'],
    ['an error of its own', 'notes', 'fail', 'TOOL_FAILED', 'the milk is sour'],
  ])('rejects for %s', async (_what, id, tool, code, message) => {
    const { host } = await openNotesHost()
    const call = { workspace, plugin: parsePluginId(id), tool, parameters: {} }

    await expect(host.invokeTool(call).next()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })
})

// What an author finds out inline is to hold in a process, and the other way round.
describe('in the process of the host, too,', () => {
  test('a message with too many values is refused', async () => {
    const { host } = await openNotesHost()
    const call = { workspace, plugin, tool: 'fill' }
    const fill = (values: number) => host.invokeTool({ ...call, parameters: { values } }).next()

    expect((await fill(200_000)).value).toMatchObject({ type: 'json' })
    await expect(fill(300_000)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })

  test('parameters that are too large are refused', async () => {
    const { host } = await openNotesHost()
    const parameters = { text: 'x'.repeat(16_777_216) }
    const call = { workspace, plugin, tool: 'recall', parameters }

    await expect(host.invokeTool(call).next()).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' })
  })
})

describe('a tool that is aborted', () => {
  test('ends for its caller though it heeds no signal', async () => {
    const { host } = await openNotesHost()
    const controller = new AbortController()
    const { signal } = controller
    const messages = host.invokeTool({ workspace, plugin, tool: 'hang', parameters: {}, signal })
    await messages.next()
    const next = messages.next()
    controller.abort()

    await expect(next).rejects.toMatchObject({ code: 'ABORTED' })
    await host.close()
  })

  test('ends though its caller never asks for another message', async () => {
    const { host } = await openNotesHost()
    const controller = new AbortController()
    const { signal } = controller
    const messages = host.invokeTool({ workspace, plugin, tool: 'count', parameters: {}, signal })
    await messages.next()
    controller.abort()

    await host.close()
    await expect(messages.next()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('never begins if it was aborted before', async () => {
    const { host } = await openNotesHost()
    const signal = AbortSignal.abort()
    const parameters = { name: 'a', text: 'b' }
    const messages = host.invokeTool({ workspace, plugin, tool: 'remember', parameters, signal })

    await expect(messages.next()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await collect(host, 'recall', { name: 'a' })).toMatchObject([{ value: null }])
  })

  test('writes nothing any more', async () => {
    const { host } = await openNotesHost()
    const controller = new AbortController()
    const { signal } = controller
    const messages = host.invokeTool({ workspace, plugin, tool: 'late', parameters: {}, signal })
    await messages.next()
    const next = messages.next()
    controller.abort()
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' })
    // The tool goes on in the next turn of the event loop, and would have written in this one.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

    expect(await collect(host, 'recall', { name: 'late' })).toMatchObject([{ value: null }])
  })
})
