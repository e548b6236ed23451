import { parsePluginId } from '@holdfast/core'
import type { PluginManifest } from '../../src/index.ts'

/** A manifest with small limits, of a plugin that there is no code of. */
export function makeManifest(fields: Partial<PluginManifest>): PluginManifest {
  return {
    id: parsePluginId('notes'),
    version: '1.0.0',
    directory: '/plugins/notes',
    entryPath: '/plugins/notes/index.js',
    quotaBytes: 1000,
    endpoints: {},
    settings: {},
    permissions: { network: false, environment: [] },
    limits: { memoryBytes: 134_217_728, timeoutMs: 5000, concurrency: 8, queue: 16 },
    bundle: null,
    ...fields,
  }
}
