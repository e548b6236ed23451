export type { ManualClock } from './manual-clock.ts'
export {
  type RunOptions,
  type TestPlugin,
  testPlugin,
  type TestPluginOptions,
} from './test-plugin.ts'
