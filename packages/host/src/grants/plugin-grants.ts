/** What one plugin may use in this host: what its manifest asks for, as the operator has tightened it. */
export interface PluginGrants {
  /** Whether it may open connections, as far as the mode can keep it from them. */
  readonly network: boolean
  /** The variables of its environment, with their values. It has no others. */
  readonly environment: Readonly<Record<string, string>>
  /** Whether it may load the native addons that its bundle was built with. */
  readonly addons: boolean
  /** Most that it may hold in one workspace, keys and values of both stores, in bytes. */
  readonly quotaBytes: number
  /** Most memory that its process may hold, in bytes. */
  readonly memoryBytes: number
  /** How long one invocation may take, in milliseconds. */
  readonly timeoutMs: number
  /** Most invocations at once. */
  readonly concurrency: number
  /** Most invocations that wait for their turn. */
  readonly queue: number
}
