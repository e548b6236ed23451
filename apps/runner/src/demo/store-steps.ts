import { join } from 'node:path'
import { type DemoStep, jsonOf, textOf } from './demo-step.ts'
import {
  conversation,
  filesToKeep,
  firstPage,
  largeFile,
  nameOf,
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
      return sentence(textOf(await call('kv-cache', 'compute', { path: largeFile(root) })))
    },
  },
  {
    plugin: 'files',
    async run({ call, root, run }) {
      const files = filesToKeep(root)
      for (const file of files) {
        await call('files', 'upload', { path: join(root, file), name: nameOf(run, file) })
      }
      return `Stored ${files.join(', ')}.`
    },
  },
  {
    plugin: 'crawl',
    async run({ call, root }) {
      return textOf(await call('crawl', 'crawl', { root, start: firstPage, maxPages: 4 }))
    },
  },
]

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
