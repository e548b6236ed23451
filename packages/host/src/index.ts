export type { EndpointRules, PluginManifest } from './manifest.ts'
export { readManifest } from './read-manifest.ts'
