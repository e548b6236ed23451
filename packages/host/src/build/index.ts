export { buildPlugin, type BuildPluginOptions, type BuiltPlugin } from './build-plugin.ts'
export type { WrittenFile, WrittenPlugin } from './write-plugin.ts'
