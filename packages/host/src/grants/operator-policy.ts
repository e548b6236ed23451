/**
 * What an operator says of plugins, for one of them or for all. It can give less than the manifest of
 * a plugin asks for, and never more. What it leaves out is as the manifest says, but for variables of
 * the environment and native addons: these are given only where it names them.
 */
export interface OperatorPolicy {
  /** Whether the plugin may open connections. */
  readonly network?: boolean
  /** Values of variables of the environment, by their names. */
  readonly environment?: Readonly<Record<string, string>>
  /** Whether the plugin may load the native addons that it was built with. */
  readonly addons?: boolean
  /** Most that it may hold in one workspace, in bytes. */
  readonly quotaBytes?: number
  /** Most memory that its process may hold, in bytes. */
  readonly memoryBytes?: number
  /** How long one invocation may take, in milliseconds. */
  readonly timeoutMs?: number
  /** Most invocations at once. */
  readonly concurrency?: number
  /** Most invocations that wait for their turn. */
  readonly queue?: number
}
