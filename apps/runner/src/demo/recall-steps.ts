import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DemoStep, jsonOf } from './demo-step.ts'
import {
  conversation,
  filesToKeep,
  pathOf,
  readLargeText,
  service,
  themeOf,
  user,
} from './inputs.ts'

/** What the second process does: each plugin finds what the first process stored. */
export const recallSteps: readonly DemoStep[] = [
  {
    plugin: 'preferences',
    async run({ fetch, run }) {
      const response = await fetch('preferences', `/preferences/${encodeURIComponent(user)}`)
      const { preferences } = (await response.json()) as { preferences: { theme: string } }
      mustBe(preferences.theme === themeOf(run), 'the theme that was chosen')
      return `Its endpoint says that the theme of ${user} is ${preferences.theme}.`
    },
  },
  {
    plugin: 'conversation',
    async run({ call, run }) {
      const { messages } = jsonOf(await call('conversation', 'history', { conversation })) as {
        messages: readonly { sequence: number; text: string }[]
      }
      const last = messages.at(-1)
      mustBe(last?.text.includes(`in run ${run}:`) === true, 'the message that was appended')
      return `${count(last?.sequence ?? 0, 'message')} so far. The last: "${last?.text}"`
    },
  },
  {
    plugin: 'vault',
    async run({ call }) {
      const { fingerprint, uses } = jsonOf(await call('vault', 'use-token', { service })) as {
        fingerprint: string
        uses: number
      }
      return `The token of ${service} has the fingerprint ${fingerprint}; this is use ${uses} of it.`
    },
  },
  {
    plugin: 'kv-cache',
    async run({ call, root }) {
      const text = await readLargeText(root)
      const { origin, tookMs } = jsonOf(await call('kv-cache', 'compute', { text })) as {
        origin: string
        tookMs: number
      }
      mustBe(origin === 'hit', 'the result that was computed')
      const { hit, miss } = jsonOf(await call('kv-cache', 'stats')) as { hit: number; miss: number }
      return `The same from the cache in ${tookMs} ms. So far ${count(hit, 'hit')} and ${miss} computed.`
    },
  },
  {
    plugin: 'files',
    async run({ call, fetch, root, run }) {
      const { files } = jsonOf(await call('files', 'list-files', { limit: 1000 })) as {
        files: readonly { bytes: number }[]
      }
      for (const file of filesToKeep(root)) {
        const response = await fetch('files', pathOf(run, file))
        const kept = await response.bytes()
        mustBe((await readFile(join(root, file))).equals(kept), `${file}, byte for byte`)
      }
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      return `${count(files.length, 'file')} of ${bytes} bytes; those of this run are as on the disk, byte for byte.`
    },
  },
  {
    plugin: 'crawl',
    async run({ call }) {
      const { visited, pending, runs } = jsonOf(await call('crawl', 'status')) as {
        visited: number
        pending: number
        runs: number
      }
      const { pages } = jsonOf(await call('crawl', 'pages', { limit: 1000 })) as {
        pages: readonly { path: string }[]
      }
      mustBe(pages.length === visited, 'a record of each page that was visited')
      return `${count(visited, 'page')} visited in ${count(runs, 'run')}, ${pending} known and left for the next.`
    },
  },
]

function mustBe(isFound: boolean, what: string): void {
  if (!isFound) throw new Error(`The second process did not find ${what}.`)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
