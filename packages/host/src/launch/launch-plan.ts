/** What a process of a plugin is started for. */
export interface LaunchRequest {
  readonly mode: 'process' | 'sandbox'
  /** The Node.js that runs it: an absolute path. */
  readonly nodePath: string
  /** The script that it begins with: an absolute path. */
  readonly guestPath: string
  /** Files and folders that it may read, absolute, besides `guestPath`. */
  readonly readPaths: readonly string[]
  readonly network: boolean
  readonly addons: boolean
  /** Most memory that it may hold, in bytes. */
  readonly memoryBytes: number
  /**
   * Whether a user of its own may read what is closed to others, where it could not begin otherwise.
   * Node's permission model still keeps the plugin to `readPaths`. In the mode `process` alone.
   */
  readonly readsAll?: boolean
  /** A number that no other process of this host has while it lives: it decides its user. */
  readonly slot: number
  /** Folder of the control group to put it into. */
  readonly cgroup?: string | undefined
}

/** How to start it. Its file descriptor 3 is a socket to the host; 0 to 2 are as usual. */
export interface LaunchPlan {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}
