import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type DemoStep, jsonOf, textOf } from './demo-step.ts'
import {
  conversation,
  filesToKeep,
  pathOf,
  readLargeText,
  service,
  themeOf,
  user,
} from './inputs.ts'

/** What the first process does: each plugin stores something. */
export const storeSteps: readonly DemoStep[] = [
  {
    plugin: 'preferences',
    async run({ call, run }) {
      const theme = themeOf(run)
      await call('preferences', 'set-preferences', { user, changes: { theme } })
      return `${user} chose the theme ${theme}.`
    },
  },
  {
    plugin: 'conversation',
    async run({ call, run }) {
      const text = `Process ${process.pid} in run ${run}: remember me.`
      const message = { conversation, role: 'user', text, id: `run-${run}` }
      const { sequence } = jsonOf(await call('conversation', 'append-message', message)) as {
        sequence: number
      }
      return `Appended message ${sequence}: "${text}"`
    },
  },
  {
    plugin: 'vault',
    async run({ call, run }) {
      const { tokens } = jsonOf(await call('vault', 'list-tokens')) as {
        tokens: readonly { service: string }[]
      }
      const isThere = tokens.some((token) => token.service === service)
      const token = `no-real-token-of-run-${run}`
      return textOf(
        await call('vault', isThere ? 'rotate-token' : 'store-token', { service, token }),
      )
    },
  },
  {
    plugin: 'kv-cache',
    async run({ call, root }) {
      const text = await readLargeText(root)
      return sentence(textOf(await call('kv-cache', 'compute', { text })))
    },
  },
  {
    plugin: 'files',
    async run({ fetch, root, run }) {
      const files = filesToKeep(root)
      for (const file of files) {
        const body = Readable.toWeb(createReadStream(join(root, file)))
        const init = { method: 'PUT', body, duplex: 'half' as const }
        const { ok, status } = await fetch('files', pathOf(run, file), init)
        if (!ok) throw new Error(`The endpoint that keeps ${file} answered ${status}.`)
      }
      return `Stored ${files.join(', ')}.`
    },
  },
  {
    plugin: 'crawl',
    async run({ call, pages }) {
      return textOf(await call('crawl', 'crawl', { root: pages, maxPages: 3 }))
    },
  },
]

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
