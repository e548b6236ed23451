import { describe, expect, test } from 'vitest'
import { desk, run } from './holdfast.ts'

describe('holdfast tools', () => {
  test('shows tools with their parameters, and endpoints with who may call them', async () => {
    const { code, stdout } = await run(['tools', desk])

    expect(code).toBe(0)
    expect(stdout).toContain(
      [
        'desk 1.0.0',
        '',
        'Tools:',
        '  remember: Stores a text under a name.',
        '      name: string. Under which name.',
        '      text: string',
        '      mood?: "good" | "bad"',
        '      tags?: array of string',
        '  increment',
        '      by?: number',
        '  say',
      ].join('\n'),
    )
    expect(stdout).toMatch(/\nEndpoints:\n {2}\/public\/echo {2}\(public\)\n {2}\/echo\n/)
  })

  test('prints the schemas with --json', async () => {
    const { stdout } = await run(['tools', desk, '--json'])

    expect(JSON.parse(stdout)).toMatchObject({
      id: 'desk',
      version: '1.0.0',
      tools: expect.arrayContaining([
        expect.objectContaining({
          name: 'increment',
          parameters: expect.objectContaining({
            properties: { by: { default: 1, type: 'number' } },
          }),
        }),
      ]),
      endpoints: expect.arrayContaining([{ path: '/public/echo', public: true }]),
    })
  })
})
