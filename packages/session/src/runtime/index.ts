export { makeBlob, parseMessageJson } from '../make-message.ts'
export type { InvocationContext } from '../invocation/invocation-context.ts'
export type { PluginCommit, PluginStorage, PluginStreamPut } from '../invocation/plugin-storage.ts'
export type { PluginDefinition, Route } from '../plugin-definition.ts'
export { assertPluginDefinition } from './assert-plugin-definition.ts'
export { bindDriver } from './bind-driver.ts'
export { currentInvocationId } from './current-invocation-id.ts'
export {
  describePlugin,
  type EndpointDescription,
  type PluginDescription,
  type ToolDescription,
} from './describe-plugin.ts'
export { explainDenial } from '../explain-denial.ts'
export { runEndpoint } from './run-endpoint.ts'
export { runTool } from './run-tool.ts'
export { UpdateTurns } from './update-turns.ts'
