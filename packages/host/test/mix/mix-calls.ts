import type { SampleStep } from '../samples/sample-steps.ts'

/** The calls of the mix, each of which succeeds whatever was called before. They leave no more data each time. */
export const mixCalls: readonly SampleStep[] = [
  toolCall('preferences', 'set-preferences', { user: 'ada', changes: { theme: 'dark' } }),
  toolCall('preferences', 'get-preferences', { user: 'ada' }),
  {
    plugin: 'preferences',
    endpoint: '/preferences/:user',
    path: '/preferences/ada',
    method: 'PATCH',
    body: '{"emails":false}',
  },
  toolCall('conversation', 'append-message', { conversation: 'c', role: 'user', text: 'Hello.' }),
  toolCall('conversation', 'history', { conversation: 'c' }),
  toolCall('vault', 'list-tokens', {}),
  toolCall('kv-cache', 'compute', { text: 'to be or not to be '.repeat(100) }),
  toolCall('kv-cache', 'stats', {}),
  toolCall('files', 'upload', { name: 'small.txt', base64: 'aGVsbG8=' }),
  toolCall('files', 'download', { name: 'small.txt' }),
  {
    plugin: 'files',
    endpoint: '/files/:name+',
    path: '/files/large.bin',
    method: 'PUT',
    body: new Uint8Array(300_000),
  },
  {
    plugin: 'files',
    endpoint: '/files/:name+',
    path: '/files/large.bin',
  },
  toolCall('crawl', 'status', {}),
]

function toolCall(
  plugin: string,
  tool: string,
  parameters: { readonly [name: string]: string | { readonly [name: string]: string } },
): SampleStep {
  return { plugin, tool, parameters }
}
