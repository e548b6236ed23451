import type { TestPlugin } from '@holdfast/session/testing'
import type { PageRecord } from '../src/page-record.ts'

/** What the tool `status` answers. */
export interface StatusReport {
  readonly root: string | null
  readonly runs: number
  readonly visited: number
  readonly pending: number
  readonly claimed: number
}

/** The value of the one JSON message of a tool. */
export async function readJson<Value>(
  plugin: TestPlugin,
  tool: string,
  parameters: object = {},
): Promise<Value> {
  const messages = await plugin.run(tool, parameters)
  const message = messages.find(({ type }) => type === 'json')
  if (message?.type !== 'json') throw new Error(`${tool} gave no JSON.`)
  return message.value as Value
}

export async function readStatus(plugin: TestPlugin): Promise<StatusReport> {
  return await readJson<StatusReport>(plugin, 'status')
}

/** The records of all visited pages, in order of their keys. */
export async function readPages(plugin: TestPlugin): Promise<readonly PageRecord[]> {
  const all: PageRecord[] = []
  let cursor: string | null = null
  do {
    const parameters: object = { limit: 25, cursor }
    const page: { pages: PageRecord[]; cursor: string | null } = await readJson(
      plugin,
      'pages',
      parameters,
    )
    all.push(...page.pages)
    cursor = page.cursor
  } while (cursor !== null)
  return all
}
