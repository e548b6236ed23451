export { createHost, type HostOptions } from './create-host.ts'
export type { EndpointCall, Host, HostedEndpoint, HostedPlugin, ToolCall } from './host.ts'
export type { EndpointRules, PluginManifest } from './manifest/plugin-manifest.ts'
export { readManifest } from './manifest/read-manifest.ts'
