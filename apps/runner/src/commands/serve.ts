import { once } from 'node:events'
import { HoldfastError } from '@holdfast/core'
import {
  createHost,
  type Host,
  type HostMode,
  type PluginLog,
  type PluginManifest,
  watchPlugins,
} from '@holdfast/host'
import { findPlugins } from '../find-plugins.ts'
import { findUngranted } from '../find-ungranted.ts'
import { parseListenAddress } from '../http/loopback.ts'
import { readSettings } from '../http/read-settings.ts'
import { readToken } from '../http/read-token.ts'
import { type RunningServer, startServer } from '../http/start-server.ts'
import { logRestorer } from '../log-restorer.ts'
import { readGrants } from '../read-grants.ts'
import { type ErrorStyle, showError } from '../show-error.ts'
import { showLog } from '../show-log.ts'
import { showSourceLine } from '../show-source-line.ts'
import { describeStore, openStore } from '../store-registry.ts'
import { sweepRegularly } from '../sweep-regularly.ts'
import { writeTo, writeToLog } from '../write-to.ts'

export interface ServeOptions {
  readonly port: number
  readonly host: string
  readonly plugins?: readonly string[]
  readonly store: string
  readonly migrate: boolean
  readonly tokenFile?: string
  readonly settings?: string
  readonly grants?: string
  readonly mode: HostMode
  readonly watch?: true
  readonly drainTimeoutMs: number
  readonly json?: true
  readonly verbose?: true
}

/** How often the space of expired entries is freed, in milliseconds. */
const sweepEveryMs = 60_000

/** Serves plugins until the signal aborts, and then lets the calls in flight finish. */
export async function serve(options: ServeOptions, signal: AbortSignal): Promise<void> {
  if (options.watch === true && options.mode === 'inline') throw nothingToReload()
  const address = parseListenAddress(options.host)
  const token = await readToken(options.tokenFile)
  const plugins = await findPlugins(options.plugins ?? ['.'])
  const settings = await readSettings(options.settings, plugins)
  const grantsOf = await readGrants(options.grants, plugins)
  const style = { json: options.json === true, verbose: options.verbose === true }

  await using driver = await openStore(options.store, {
    create: true,
    migrate: options.migrate,
    signal,
  })
  const restore = logRestorer(plugins)
  const onLog = (log: PluginLog): void => void showLog(restore(log), style)
  await using host = createHost({ driver, plugins, mode: options.mode, grantsOf, onLog })
  const { weaknesses } = await host.prepare()
  // A plugin that cannot be loaded is for the operator to know of, and not for the first caller.
  for (const { id } of plugins) await host.describe(id)
  // Whoever reads that it serves may change a file at once.
  if (options.watch === true) reloadOnChange(host, style, signal)

  const server = await startServer({
    host,
    address,
    port: options.port,
    token,
    settings,
    onFault: (error, { instance }, request) =>
      void showError(error, { ...style, instance, request }),
  })
  const onError = (error: unknown): void => void showError(error, style)
  sweepRegularly(driver, { everyMs: sweepEveryMs, signal, onError })
  await announce(server, options, {
    store: describeStore(options.store),
    plugins: plugins.map(({ id, version }) => `${id} ${version}`),
    needsToken: token !== null,
    mode: options.mode,
    weaknesses,
    ungranted: options.mode === 'inline' ? {} : findUngranted(plugins, grantsOf),
  })
  if (!signal.aborted) await once(signal, 'abort')
  if (server.inFlight > 0 && !style.json) tellDraining(server.inFlight, options.drainTimeoutMs)
  await server.drain(options.drainTimeoutMs)
}

/** To whoever still reads it: it holds up nothing. */
function tellDraining(requests: number, timeoutMs: number): void {
  const what = requests === 1 ? '1 request' : `${requests} requests`
  const has = requests === 1 ? 'has' : 'have'
  const text = `holdfast: stopping when ${what} in flight ${has} been answered, or after ${timeoutMs} ms; a second signal stops at once\n`
  void writeToLog(text)
}

function reloadOnChange(host: Host, style: ErrorStyle, signal: AbortSignal): void {
  watchPlugins(host, {
    signal,
    onReload: ({ id, version }, tookMs) =>
      void writeToLog(`holdfast: ${id} ${version} is loaded anew (${tookMs.toFixed(0)} ms)\n`),
    onError: (id, error) => {
      const plugin = host.plugins.find((each) => each.id === id)
      void showLoadError(error, plugin, style)
    },
  })
}

async function showLoadError(
  error: unknown,
  plugin: PluginManifest | undefined,
  style: ErrorStyle,
): Promise<void> {
  await showError(error, style)
  if (!style.json && plugin !== undefined) await showSourceLine(error, plugin.directory)
}

function nothingToReload(): HoldfastError {
  return new HoldfastError(
    'USAGE',
    'In the mode inline, code that is loaded stays. Leave out --watch, or the mode.',
  )
}

interface Announcement {
  readonly store: string
  readonly plugins: readonly string[]
  readonly needsToken: boolean
  readonly mode: HostMode
  /** Protections that the mode should have and that are missing here. */
  readonly weaknesses: readonly string[]
  /** What plugins ask for and are not granted, by their id. */
  readonly ungranted: Readonly<Record<string, readonly string[]>>
}

async function announce(
  { url, port }: RunningServer,
  options: ServeOptions,
  facts: Announcement,
): Promise<void> {
  if (options.json === true) {
    await writeTo(process.stdout, `${JSON.stringify({ url, port, ...facts })}\n`)
    return
  }
  const access = facts.needsToken
    ? 'with the token'
    : 'open to every program on this machine; --token-file or HOLDFAST_TOKEN asks for a token'
  await writeToLog(
    [
      `holdfast: serving at ${url}`,
      `  store    ${facts.store}`,
      `  plugins  ${facts.plugins.join(', ')}`,
      `  access   ${access}`,
      `  mode     ${facts.mode}`,
      ...facts.weaknesses.map((weakness) => `  note     ${weakness}`),
      ...Object.entries(facts.ungranted).map(
        ([plugin, names]) => `  refused  ${plugin}: ${names.join(', ')}; see --grants`,
      ),
      '',
    ].join('\n'),
  )
}
