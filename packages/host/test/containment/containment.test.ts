import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { processRows } from '../host-rows.ts'
import { isChosen } from '../is-chosen.ts'
import { AttackedHost } from './attacked-host.ts'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
// What a call takes beside others depends on the machine; soaks are run on one that is idle.
const mostRiseMs = isSoak ? 100 : 5_000
const longestStallMs = isSoak ? 1_000 : 10_000
/** How many calls of the bystander are looked at: attacks go on until there are so many. */
const callsBeside = isSoak ? 200 : 1
const ended = ['PLUGIN_CRASHED', 'PLUGIN_OUT_OF_MEMORY', 'PROTOCOL_VIOLATED']
const outOfMemory = ['PLUGIN_OUT_OF_MEMORY', 'PLUGIN_CRASHED']
const outOfTime = ['DEADLINE_EXCEEDED']

/** Attacks, with the codes that their callers may get. */
const attacks: readonly (readonly [tool: string, codes: readonly string[]])[] = [
  ['loop', outOfTime],
  ['ignored-signal', outOfTime],
  ['microtask-flood', outOfTime],
  ['console-flood', [...outOfTime, ...outOfMemory]],
  ['console-loop', [...outOfTime, ...outOfMemory]],
  ['stdout-flood', [...outOfTime, ...outOfMemory]],
  ['write-flood', outOfTime],
  ['heap-bomb', outOfMemory],
  ['buffer-bomb', [...outOfTime, ...outOfMemory]],
  ['call-flood', [...outOfTime, ...outOfMemory]],
  ['unhandled-rejection', ended],
  ['uncaught-exception', ended],
  ['exit', ended],
  ['exit-failing', ended],
  ['segfault', ended],
  ['abort', ended],
  ['stop-itself', [...outOfTime, ...ended]],
  ['close-socket', [...outOfTime, ...ended]],
  ['destroy-socket', ended],
  ['garbage', ended],
  ['half-frame', [...outOfTime, ...ended]],
  ['half-frame-and-exit', ended],
  ['huge-frame', ended],
  ['unknown-frame', ended],
  ['frame-of-nothing', [...outOfTime, ...ended]],
]

describe.each(processRows)('in $title', (row) => {
  const isFirst = row === processRows[0]
  const chosen = attacks.filter(([tool]) => isChosen(`${row.title} ${tool}`, isFirst ? 4 : 10))

  test.each(chosen)('%s hurts nobody but its own plugin', async (tool, codes) => {
    // What has to end in another way than by its deadline is given the time for it.
    const timeoutMs = codes.includes('DEADLINE_EXCEEDED') ? undefined : 20_000
    await using attacked = await AttackedHost.open(row, timeoutMs)
    do {
      const victim = attacked.call('linger')
      const attack = await attacked.call(tool)

      expect(attack).toMatchObject({ code: expect.toBeOneOf([...codes]), retryable: true })
      expect(await victim).toMatchObject({ retryable: true })
      expect(await attacked.recover()).toMatchObject({ messages: [{ value: 'acme' }] })
    } while (attacked.callsBeside < callsBeside)
    await attacked.rest()
    expect(attacked.disturbances).toEqual([])
    expect(attacked.riseOfP99Ms).toBeLessThan(mostRiseMs)
    // A single stall is not seen in that.
    expect(attacked.slowestMs).toBeLessThan(longestStallMs)
  })

  test('a flood of messages comes as slowly as it is read, and ends with its reader', async () => {
    await using attacked = await AttackedHost.open(row)
    const workspace = parseWorkspaceId('acme')
    const plugin = parsePluginId('attacker')
    const call = { workspace, plugin, tool: 'message-flood', parameters: {} }
    let count = 0
    for await (const message of attacked.host.invokeTool(call)) {
      expect(message).toMatchObject({ type: 'text' })
      if (++count === 500) break
    }

    expect(await attacked.call('harmless')).toMatchObject({ messages: [{ value: 'acme' }] })
    await attacked.rest()
    expect(attacked.disturbances).toEqual([])
  })

  test('what is too large is refused, and the plugin serves on', async () => {
    await using attacked = await AttackedHost.open(row)
    const gibibyte = Array.from({ length: 2_048 }, () => 'x'.repeat(524_288))

    expect(await attacked.call('huge-message')).toMatchObject({
      code: expect.toBeOneOf(['MESSAGE_TOO_LARGE', ...outOfMemory]),
    })
    expect(await attacked.recover()).toMatchObject({ messages: [{ value: 'acme' }] })
    for (const parameters of [gibibyte.slice(0, 200), gibibyte]) {
      expect(await attacked.call('harmless', parameters)).toMatchObject({
        // No text of JavaScript is as long as the JSON of a gibibyte.
        code: 'REQUEST_TOO_LARGE',
      })
    }
    expect(await attacked.call('harmless')).toMatchObject({ messages: [{ value: 'acme' }] })
    await attacked.rest()
    expect(attacked.disturbances).toEqual([])
  })

  test.each(['fork-bomb', 'thread-bomb'])('%s is denied', async (tool) => {
    await using attacked = await AttackedHost.open(row)

    expect(await attacked.call(tool)).toMatchObject({ messages: [{ value: 'ERR_ACCESS_DENIED' }] })
  })

  test('prototypes are polluted in the plugin alone', async () => {
    await using attacked = await AttackedHost.open(row)
    const message = await attacked.call('disguised-message')
    const error = await attacked.call('disguised-error')
    const settings = JSON.parse('{"__proto__":{"polluted":true},"theme":"dark"}')
    const response = await attacked.host.handleRequest({
      workspace: parseWorkspaceId('acme'),
      plugin: parsePluginId('attacker'),
      path: '/settings',
      request: new Request('http://localhost/settings'),
      settings,
    })

    expect(message).toMatchObject({ messages: [{ type: 'json' }] })
    expect(error).toMatchObject({ code: 'CONTENTION' })
    expect(await response.json()).toMatchObject({ polluted: null })
    expect(await attacked.call('pollution')).toBeDefined()
    for (const plain of [{}, []]) expect(plain).not.toHaveProperty('polluted')
    await attacked.rest()
    expect(attacked.disturbances).toEqual([])
  })
})
