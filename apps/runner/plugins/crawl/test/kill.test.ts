import { spawn } from 'node:child_process'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@holdfast/session'
import { expect, test } from 'vitest'
import type { PageRecord } from '../src/page-record.ts'
import type { StatusReport } from './read-pages.ts'
import { compareTexts, createLargeSite } from './site.ts'

const plugin = fileURLToPath(new URL('..', import.meta.url))
const holdfast = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url))

/** What the command prints with `--json`, as far as it matters here. */
type Line =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'json'; readonly value: JsonValue }
  | { readonly type: 'text' }

/** Runs a tool in a process of its own, and kills that as soon as `isEnough` says so. */
async function run(
  store: string,
  tool: string,
  input: object,
  isEnough = (_lines: readonly Line[]): boolean => false,
): Promise<readonly Line[]> {
  const call = [holdfast, 'run', plugin, tool, '--mode', 'inline', '--input', JSON.stringify(input)]
  const child = spawn(process.execPath, [...call, '--store', `file:${store}`, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = new Promise((resolve) => child.once('close', (...outcome) => resolve(outcome)))
  const lines: Line[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (!child.killed) lines.push(JSON.parse(line) as Line)
    if (isEnough(lines)) child.kill('SIGKILL')
  }
  expect(await exit).toEqual(child.killed ? [null, 'SIGKILL'] : [0, null])
  return lines
}

function pathsOf(lines: readonly Line[]): readonly string[] {
  return lines.flatMap((line) => (line.type === 'progress' ? [line.text] : []))
}

async function readValue<Value>(store: string, tool: string): Promise<Value> {
  const [line] = await run(store, tool, {})
  if (line?.type !== 'json') throw new Error(`${tool} gave no JSON.`)
  return line.value as Value
}

test('visits every page once, though it is killed with -9 again and again', async () => {
  await using site = await createLargeSite()
  await using temporary = await mkdtempDisposable(join(tmpdir(), 'holdfast-crawl-store-'))
  const store = join(temporary.path, 'store.db')
  const parameters = { root: site.folder, workers: 8, leaseMs: 100 }
  const reported: string[] = []
  for (const pages of [1, 7, 3, 12, 5]) {
    const lines = await run(store, 'crawl', parameters, (sofar) => sofar.length >= pages)
    reported.push(...pathsOf(lines))
  }
  const before = await readValue<StatusReport>(store, 'status')
  expect(before).toMatchObject({ root: site.folder, runs: 5 })
  expect(before.visited).toBeGreaterThanOrEqual(reported.length)

  const [first, second] = await Promise.all([
    run(store, 'crawl', parameters),
    run(store, 'crawl', parameters),
  ])
  reported.push(...pathsOf(first), ...pathsOf(second))
  expect(pathsOf(first).length + pathsOf(second).length).toBe(60 - before.visited)
  expect(new Set(reported).size).toBe(reported.length)

  expect(await readValue(store, 'status')).toMatchObject({ runs: 7, visited: 60, pending: 0 })
  const { pages } = await readValue<{ pages: readonly PageRecord[] }>(store, 'pages')
  expect(pages.map(({ path }) => path).toSorted(compareTexts)).toEqual(site.paths)
}, 60_000)
