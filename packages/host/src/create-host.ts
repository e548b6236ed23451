import { HoldfastError, MisuseError, quoteOrDescribe, type StorageDriver } from '@holdfast/core'
import { grantsOf } from './grants/grants-of.ts'
import type { PluginGrants } from './grants/plugin-grants.ts'
import { defaultHostTimes } from './host-times.ts'
import type { Host } from './host.ts'
import { InlineHost } from './inline/inline-host.ts'
import type { PluginManifest } from './manifest/plugin-manifest.ts'
import type { PluginLog } from './plugin-log.ts'
import { ProcessHost } from './process/process-host.ts'

/** Where plugins run. */
export type HostMode = 'process' | 'sandbox' | 'inline'

/** What a host is made of. */
export interface HostOptions {
  /** Where the plugins' data is. Open it before the first call, and close it after the host. */
  readonly driver: StorageDriver
  /** What {@link readManifest} read. */
  readonly plugins: readonly PluginManifest[]
  /**
   * Where the plugins run.
   *
   * `process`, the default: each in a process of its own, with an empty environment, bounded memory
   * and Node's permission model.
   *
   * `sandbox`: each plugin and workspace in a process of its own in Linux namespaces, by way of
   * bubblewrap. Where that does not work, no plugin is started.
   *
   * `inline`: in this process. It is for first-party code. Each plugin sees its own data alone by
   * the interface that it is given, but nothing holds it to that: it can read this process's memory,
   * files and environment, block its event loop and end it.
   *
   * docs/security.md says what each of them stops, and what it does not.
   */
  readonly mode?: HostMode | undefined
  /** What a plugin may use; without it, what its manifest asks for, and no environment. */
  readonly grantsOf?: (manifest: PluginManifest) => PluginGrants
  /** The Node.js that runs plugins; the one that runs this, without it. Not for `inline`. */
  readonly nodePath?: string
  /** Takes what plugins write to their logs, and what there is to tell of their processes. */
  readonly onLog?: (log: PluginLog) => void
  /** How long a call that was cancelled may take to end before its process is killed; 2 s. */
  readonly graceMs?: number
  /** How long a plugin may take to load; 30 s. */
  readonly startMs?: number
  /** After how long without a call the process of a plugin is ended; 5 minutes. */
  readonly idleMs?: number
  /** After how many invocations the process of a plugin is replaced; 100,000. */
  readonly recycleAfter?: number
  /** Whether to keep a blank process ready, so that the next plugin starts sooner; it does. */
  readonly keepsWarm?: boolean
}

/**
 * Makes a host. Nothing of a plugin is loaded until it is described or called.
 *
 * @throws {@link HoldfastError} `MANIFEST_INVALID` where two plugins have one id
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for a mode that there is not
 *
 * @example
 * ```ts
 * await using driver = createFileDriver({ path: 'store.db' })
 * await driver.open()
 * const notes = await readManifest('plugins/notes')
 * await using host = createHost({ driver, plugins: [notes] })
 * const workspace = parseWorkspaceId('acme')
 * const call = { workspace, plugin: notes.id, tool: 'recall', parameters: { name: 'milk' } }
 * for await (const message of host.invokeTool(call)) console.log(message)
 * ```
 */
export function createHost(options: HostOptions): Host {
  const { driver, plugins, mode = 'process' } = options
  const toGrants = options.grantsOf ?? ((manifest: PluginManifest) => grantsOf(manifest))
  refuseDuplicates(plugins)
  switch (mode) {
    case 'inline':
      return new InlineHost({ driver, plugins, grantsOf: toGrants, onLog: options.onLog ?? ignore })
    case 'process':
    case 'sandbox':
      return new ProcessHost({
        driver,
        plugins,
        mode,
        grantsOf: toGrants,
        nodePath: options.nodePath ?? process.execPath,
        times: {
          graceMs: options.graceMs ?? defaultHostTimes.graceMs,
          startMs: options.startMs ?? defaultHostTimes.startMs,
          idleMs: options.idleMs ?? defaultHostTimes.idleMs,
        },
        recycleAfter: options.recycleAfter ?? 100_000,
        keepsWarm: options.keepsWarm ?? true,
        onLog: options.onLog ?? ignore,
      })
    default:
      throw new MisuseError(
        'INVALID_ARGUMENT',
        `The mode of a host is "process", "sandbox" or "inline"; got ${quoteOrDescribe(mode)}.`,
      )
  }
}

function ignore(): void {
  // Without a taker, logs are dropped.
}

function refuseDuplicates(plugins: readonly PluginManifest[]): void {
  const directories = new Map<string, string>()
  for (const { id, directory } of plugins) {
    const other = directories.get(id)
    if (other !== undefined) {
      throw new HoldfastError(
        'MANIFEST_INVALID',
        `The plugins in ${other} and ${directory} have the same id, ${JSON.stringify(id)}. Data is kept by id, so each plugin has one of its own. Change holdfast.id in one package.json, or leave one of them out.`,
        { context: { plugin: id, directories: [other, directory] } },
      )
    }
    directories.set(id, directory)
  }
}
