import { parseWorkspaceId } from '@holdfast/core'
import { createHost, type HostMode, type PluginLog, readManifest } from '@holdfast/host'
import { findUngranted } from '../find-ungranted.ts'
import { logRestorer } from '../log-restorer.ts'
import { createMessagePrinter } from '../message-printer.ts'
import { readGrants } from '../read-grants.ts'
import { readInput } from '../read-input.ts'
import { showLog } from '../show-log.ts'
import { openStore } from '../store-registry.ts'
import { writeToLog } from '../write-to.ts'

export interface RunOptions {
  readonly input: string
  readonly workspace: string
  readonly store: string
  readonly migrate: boolean
  readonly grants?: string
  readonly mode: HostMode
  readonly outputDir?: string
  readonly json?: true
}

/** Runs one tool and prints its messages. */
export async function run(
  directory: string,
  tool: string,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const workspace = parseWorkspaceId(options.workspace)
  const manifest = await readManifest(directory)
  const grantsOf = await readGrants(options.grants, [manifest], { partial: true })
  const parameters = await readInput(options.input, signal)
  const print = await createMessagePrinter(options)
  // Inline, a plugin has all that this process has, granted or not.
  const mayTell = options.json !== true && options.mode !== 'inline'
  if (mayTell) await tellUngranted(findUngranted([manifest], grantsOf))
  const restore = logRestorer([manifest])
  const style = { json: options.json === true }
  await using driver = await openStore(options.store, {
    create: true,
    migrate: options.migrate,
    signal,
  })
  await using host = createHost({
    driver,
    plugins: [manifest],
    mode: options.mode,
    grantsOf,
    keepsWarm: false,
    onLog: (log) => void (isNews(log) && showLog(restore(log), style)),
  })
  const call = { workspace, plugin: manifest.id, tool, parameters, signal }
  for await (const message of host.invokeTool(call)) await print(message)
}

/** What the tool says by this.log is among its messages, and of a crash the call tells. */
function isNews({ source }: PluginLog): boolean {
  return source !== 'tool' && source !== 'host'
}

async function tellUngranted(ungranted: ReturnType<typeof findUngranted>): Promise<void> {
  for (const [plugin, names] of Object.entries(ungranted)) {
    await writeToLog(
      `holdfast: ${plugin} asks for ${names.join(', ')}, which it is not granted; see --grants\n`,
    )
  }
}
