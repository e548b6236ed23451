import type { JsonValue } from '@holdfast/core'
import { folderOfSample } from './sample-plugins.ts'

/** A call of a sample plugin. */
export type SampleStep = ToolStep | EndpointStep

export interface ToolStep {
  readonly plugin: string
  readonly tool: string
  readonly parameters: JsonValue
}

export interface EndpointStep {
  readonly plugin: string
  /** As the plugin defines it. */
  readonly endpoint: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | null
}

const user = 'ada@example.com'
const conversation = 'demo'
const service = 'github'
// In a process of its own a plugin may read what is in its folder, and not the folder itself.
const root = `${folderOfSample('crawl')}/example`
const large = new Uint8Array(700_000).fill(7)

/**
 * Calls of every tool and endpoint of the sample plugins, one after the other, some of which are
 * refused. What they read of the disk is in the folder of the plugin that reads it.
 */
export const sampleSteps: readonly SampleStep[] = [
  ...tools('preferences', [
    ['get-preferences', { user }],
    ['set-preferences', { user, changes: { theme: 'dark', language: 'pt-br' } }],
    ['set-preferences', { user, changes: { theme: 'purple' } }],
    ['set-preferences', { user: 'bob', changes: { quietHours: { from: '22:30', to: '07:00' } } }],
    ['reset-preferences', { user, setting: 'theme' }],
    ['list-users', { limit: 1 }],
    ['list-users', { cursor: 'no cursor' }],
  ]),
  ...preferences('/preferences/ada%40example.com', [
    {},
    { method: 'PATCH', body: '{"emails":false}' },
    { method: 'PATCH', body: '{"emails":' },
    { method: 'PATCH', body: '{"emails":1}' },
    { method: 'PUT' },
    { method: 'HEAD' },
  ]),
  ...tools('conversation', [
    ['append-message', { conversation, role: 'user', text: 'Remember me.', id: 'one' }],
    ['append-message', { conversation, role: 'user', text: 'Remember me.', id: 'one' }],
    ['append-message', { conversation, role: 'assistant', text: 'I do. 猫' }],
    ['append-message', { conversation, role: 'nobody', text: '' }],
    ['history', { conversation, last: 1 }],
    ['history', { conversation }],
    ['list-conversations', {}],
    ['forget-conversation', { conversation }],
    ['history', { conversation }],
  ]),
  ...tools('vault', [
    ['store-token', { service, token: 'no-real-token' }],
    ['store-token', { service, token: 'another' }],
    ['use-token', { service, reveal: true }],
    ['rotate-token', { service, token: 'no-real-token-either' }],
    ['rotate-token', { service, token: 'late', replaces: '00000000' }],
    ['use-token', { service, previous: true }],
    ['list-tokens', {}],
    ['revoke-token', { service }],
    ['use-token', { service }],
  ]),
  ...tools('kv-cache', [
    ['compute', { text: 'to be or not to be '.repeat(1_000) }],
    ['compute', { text: 'to be or not to be '.repeat(1_000) }],
    ['compute', { text: 'x', codec: 'zip' }],
    ['stats', {}],
    ['invalidate', { prefix: '' }],
    ['stats', {}],
  ]),
  ...tools('files', [
    ['upload', { name: 'notes/a.txt', base64: 'aGVsbG8=' }],
    ['upload', { name: 'notes/a.txt', base64: 'aGVsbG8=', replace: false }],
    ['upload', { name: 'public/a.txt', base64: 'aGVsbG8=' }],
    ['upload', { path: `${folderOfSample('files')}/package.json` }],
    ['upload', { path: `${folderOfSample('files')}/src/none` }],
    ['download', { name: 'notes/a.txt' }],
    ['download', { name: 'none' }],
    ['list-files', { prefix: 'notes/' }],
  ]),
  ...files([
    ['/files/:name+', { path: '/files/large.bin', method: 'PUT', body: large }],
    ['/files/:name+', { path: '/files/large.bin' }],
    ['/files/:name+', { path: '/files/large.bin', headers: { range: 'bytes=10-99' } }],
    ['/files/:name+', { path: '/files/large.bin', headers: { range: 'bytes=900000-' } }],
    ['/files/:name+', { path: '/files/notes%2Fa.txt', method: 'HEAD' }],
    [
      '/files/:name+',
      { path: '/files/large.bin', method: 'DELETE', headers: { 'if-match': '"x"' } },
    ],
    ['/files/:name+', { path: '/files/large.bin', method: 'DELETE' }],
    ['/files/:name+', { path: '/files/large.bin' }],
    ['/files', { path: '/files?limit=1' }],
    ['/files', { path: '/files', method: 'POST', body: 'x' }],
    ['/public/:name+', { path: '/public/a.txt' }],
    ['/public/:name+', { path: '/public/notes/a.txt' }],
  ]),
  ...tools('files', [['delete-file', { name: 'notes/a.txt' }]]),
  ...tools('crawl', [
    ['crawl', { root, workers: 1, maxPages: 1 }],
    ['crawl', { root, start: 'none.md' }],
    ['status', {}],
    ['pages', {}],
    ['reset', {}],
    ['status', {}],
  ]),
]

function tools(
  plugin: string,
  calls: readonly (readonly [tool: string, parameters: JsonValue])[],
): readonly ToolStep[] {
  return calls.map(([tool, parameters]) => ({ plugin, tool, parameters }))
}

function preferences(
  path: string,
  requests: readonly Omit<EndpointStep, 'plugin' | 'endpoint' | 'path'>[],
): readonly EndpointStep[] {
  const endpoint = '/preferences/:user'
  return requests.map((request) => ({ plugin: 'preferences', endpoint, path, ...request }))
}

function files(
  requests: readonly (readonly [string, Omit<EndpointStep, 'plugin' | 'endpoint'>])[],
): readonly EndpointStep[] {
  return requests.map(([endpoint, request]) => ({ plugin: 'files', endpoint, ...request }))
}
