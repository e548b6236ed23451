export { stackRestorer } from './build/stack-restorer.ts'
export { createHost, type HostMode, type HostOptions } from './create-host.ts'
export { grantsOf } from './grants/grants-of.ts'
export type { OperatorPolicy } from './grants/operator-policy.ts'
export { parseGrants, type ParseGrantsOptions } from './grants/parse-grants.ts'
export type { PluginGrants } from './grants/plugin-grants.ts'
export { ungrantedOf } from './grants/ungranted-of.ts'
export type {
  EndpointCall,
  Host,
  HostedEndpoint,
  HostedPlugin,
  HostFacts,
  ToolCall,
} from './host.ts'
export type {
  EndpointRules,
  PluginBundle,
  PluginLimits,
  PluginManifest,
  PluginPermissions,
} from './manifest/plugin-manifest.ts'
export { readManifest } from './manifest/read-manifest.ts'
export { watchPlugins, type WatchPluginsOptions } from './reload/watch-plugins.ts'
export type { PluginLog } from './plugin-log.ts'
