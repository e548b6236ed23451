import { HoldfastError, MisuseError, quoteOrDescribe, type StorageDriver } from '@holdfast/core'
import type { Host } from './host.ts'
import { InlineHost } from './inline/inline-host.ts'
import type { PluginManifest } from './manifest/plugin-manifest.ts'

/** What a host is made of. */
export interface HostOptions {
  /** Where the plugins' data is. Open it before the first call, and close it after the host. */
  readonly driver: StorageDriver
  /** What {@link readManifest} read. */
  readonly plugins: readonly PluginManifest[]
  /**
   * Where the plugins run.
   *
   * `inline`: in this process. It is for first-party code. Each plugin sees its own data alone by
   * the interface that it is given, but nothing holds it to that: it can read this process's memory,
   * files and environment, block its event loop and end it.
   */
  readonly mode: 'inline'
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
 * await using host = createHost({ driver, plugins: [notes], mode: 'inline' })
 * const workspace = parseWorkspaceId('acme')
 * const call = { workspace, plugin: notes.id, tool: 'recall', parameters: { name: 'milk' } }
 * for await (const message of host.invokeTool(call)) console.log(message)
 * ```
 */
export function createHost(options: HostOptions): Host {
  const { driver, plugins, mode } = options
  if (mode !== 'inline') {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `The mode of a host is "inline"; got ${quoteOrDescribe(mode)}.`,
    )
  }
  refuseDuplicates(plugins)
  return new InlineHost(driver, plugins)
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
