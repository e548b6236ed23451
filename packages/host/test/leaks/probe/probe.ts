/** What a probe aims at. It is not told by its environment, but by whoever calls it. */
export interface Targets {
  /** A text that nobody but the host knows. */
  readonly secret: string
  readonly hostPid: number
  /** A process that stands for another plugin's. */
  readonly otherPid: number
  /** Files that hold the secret: one of the host, and one of another plugin. */
  readonly hostFile: string
  readonly otherPluginFile: string
  /** A SQLite database with a table `kept`. */
  readonly storeFile: string
  /** A folder that the host may write to. */
  readonly folder: string
  /** A native addon. */
  readonly addon: string
  /** Of a server that answers each connection with the secret, over TCP and as a path. */
  readonly port: number
  readonly socketPath: string
  /** Of the same, as an abstract socket. */
  readonly abstractSocket: string
  /** Of a socket for datagrams that sends each back. */
  readonly datagramPort: number
  /** A workspace that has stored the secret. */
  readonly otherWorkspace: string
  readonly hostName: string
  /** One by which the host is reached from elsewhere; its own, where there is no other. */
  readonly networkAddress: string
  readonly memoryBytes: number
}

/** Tries one leak. What it returns, it got; if it throws, or returns `null`, it got nothing. */
export type Probe = (targets: Targets) => unknown
