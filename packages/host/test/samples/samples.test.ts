import { parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test } from 'vitest'
import { createHost, type Host } from '../../src/index.ts'
import { type HostRow, hostRows } from '../host-rows.ts'
import { isChosen } from '../is-chosen.ts'
import { runStep, type StepOutcome } from './run-step.ts'
import { readSamplePlugins } from './sample-plugins.ts'
import { type SampleStep, sampleSteps } from './sample-steps.ts'

const plugins = await readSamplePlugins()
const workspace = parseWorkspaceId('acme')

/** Uses a host of the sample plugins on an empty store. */
async function withHost<Result>(
  options: HostRow['options'],
  use: (host: Host) => Promise<Result>,
): Promise<Result> {
  await using driver = createMemoryDriver()
  await driver.open()
  await using host = createHost({ driver, plugins, ...options })
  return await use(host)
}

/** Makes all calls, and tells of each what came of it. */
function runSteps(
  options: HostRow['options'],
): Promise<readonly (readonly [string, StepOutcome])[]> {
  return withHost(options, async (host) => {
    const outcomes: (readonly [string, StepOutcome])[] = []
    for (const step of sampleSteps) {
      outcomes.push([nameOf(step), await runStep(host, workspace, step)])
    }
    return outcomes
  })
}

function nameOf(step: SampleStep): string {
  const called = 'tool' in step ? step.tool : `${step.method ?? 'GET'} ${step.path}`
  return `${step.plugin} ${called}`
}

/** Of a call, as much as fits in a line. */
function summarize([name, outcome]: readonly [string, StepOutcome]): string {
  let came: string | number
  if ('messages' in outcome) came = outcome.messages.map(({ type }) => type).join(', ')
  else came = 'code' in outcome ? outcome.code : outcome.status
  return `${name}: ${came}`
}

test('the calls of this suite are of every tool and endpoint of the sample plugins', async () => {
  const offered = await withHost({ mode: 'inline' }, (host) =>
    Promise.all(plugins.map(({ id }) => host.describe(id))),
  )
  const names = offered.flatMap(({ id, tools, endpoints }) => [
    ...tools.map(({ name }) => `${id} ${name}`),
    ...endpoints.map(({ path }) => `${id} ${path}`),
  ])
  const called = sampleSteps.map((step) =>
    'tool' in step ? `${step.plugin} ${step.tool}` : `${step.plugin} ${step.endpoint}`,
  )

  expect([...new Set(called)].toSorted()).toEqual(names.toSorted())
})

const [, first] = hostRows

test.each(hostRows.filter((row) => row === first || isChosen(row.title, 2)))(
  'the sample plugins answer in $title as they do in this process',
  async (row) => {
    expect(await runSteps(row.options)).toEqual(await runSteps({ mode: 'inline' }))
  },
)

test('the calls that are to succeed do, and the others are refused', async () => {
  expect((await runSteps({ mode: 'inline' })).map(summarize)).toMatchInlineSnapshot(`
    [
      "preferences get-preferences: json",
      "preferences set-preferences: json",
      "preferences set-preferences: INVALID_PARAMETERS",
      "preferences set-preferences: json",
      "preferences reset-preferences: json",
      "preferences list-users: json",
      "preferences list-users: INVALID_CURSOR",
      "preferences GET /preferences/ada%40example.com: 200",
      "preferences PATCH /preferences/ada%40example.com: 200",
      "preferences PATCH /preferences/ada%40example.com: 400",
      "preferences PATCH /preferences/ada%40example.com: 422",
      "preferences PUT /preferences/ada%40example.com: 405",
      "preferences HEAD /preferences/ada%40example.com: 200",
      "conversation append-message: json",
      "conversation append-message: json",
      "conversation append-message: json",
      "conversation append-message: INVALID_PARAMETERS",
      "conversation history: json",
      "conversation history: json",
      "conversation list-conversations: json",
      "conversation forget-conversation: text",
      "conversation history: json",
      "vault store-token: text",
      "vault store-token: TOOL_FAILED",
      "vault use-token: log, json, variable",
      "vault rotate-token: text",
      "vault rotate-token: TOOL_FAILED",
      "vault use-token: log, json",
      "vault list-tokens: json",
      "vault revoke-token: text",
      "vault use-token: TOOL_FAILED",
      "kv-cache compute: text, json",
      "kv-cache compute: text, json",
      "kv-cache compute: INVALID_PARAMETERS",
      "kv-cache stats: json",
      "kv-cache invalidate: json",
      "kv-cache stats: json",
      "files upload: text",
      "files upload: VERSION_MISMATCH",
      "files upload: text",
      "files upload: text",
      "files upload: TOOL_FAILED",
      "files download: blob",
      "files download: TOOL_FAILED",
      "files list-files: json",
      "files PUT /files/large.bin: 201",
      "files GET /files/large.bin: 200",
      "files GET /files/large.bin: 206",
      "files GET /files/large.bin: 416",
      "files HEAD /files/notes%2Fa.txt: 200",
      "files DELETE /files/large.bin: 412",
      "files DELETE /files/large.bin: 204",
      "files GET /files/large.bin: 404",
      "files GET /files?limit=1: 200",
      "files POST /files: 405",
      "files GET /public/a.txt: 200",
      "files GET /public/notes/a.txt: 404",
      "files delete-file: text",
      "crawl crawl: progress, text, json",
      "crawl crawl: TOOL_FAILED",
      "crawl status: json",
      "crawl pages: json",
      "crawl reset: text",
      "crawl status: json",
    ]
  `)
})
