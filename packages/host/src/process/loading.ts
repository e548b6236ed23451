import { readFile } from 'node:fs/promises'
import type { Capabilities } from '@holdfast/core'
import type { JsonObject } from '@holdfast/session'
import type { PluginDescription } from '@holdfast/session/runtime'
import * as z from 'zod'
import type { PluginGrants } from '../grants/plugin-grants.ts'
import { findPlace, loadFailed, showPlace } from '../load/load-failure.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import { isRecord, readJsonText } from '../wire/json-text.ts'
import type { LoadOrder } from '../wire/load-order.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import { describeExit, type ProcessExit } from './process-end.ts'
import type { LogSink } from './process-output.ts'

/** A plugin, for the process that is to become it. */
export interface PluginToLoad {
  readonly manifest: PluginManifest
  readonly grants: PluginGrants
  readonly onLog: LogSink
}

/** As `definePlugin` takes them. */
const toolName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const descriptionSchema = z.object({
  tools: z
    .array(
      z.object({
        name: z.string().regex(toolName),
        description: z.string(),
        idempotent: z.boolean(),
        // It was parsed as JSON, and is handed on as it is.
        parameters: z.custom<JsonObject>(isRecord).nullable(),
      }),
    )
    .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length),
  endpoints: z.array(z.object({ path: z.string().startsWith('/') })),
})

/** A plugin on its way into a process, which need not be there yet. */
export class Loading {
  readonly #plugin: PluginToLoad
  readonly #script: Promise<HandedFiles>
  readonly #description = Promise.withResolvers<PluginDescription>()
  #isDone = false

  constructor(plugin: PluginToLoad) {
    this.#plugin = plugin
    this.#script = readScript(plugin.manifest)
    // Whoever sends it is told.
    this.#script.catch(() => undefined)
    this.#description.promise.catch(() => undefined)
  }

  get description(): Promise<PluginDescription> {
    return this.#description.promise
  }

  /** Tells the process what to become. */
  async send(connection: Connection, capabilities: Capabilities): Promise<void> {
    const { manifest, grants } = this.#plugin
    const { id, version, directory, entryPath, bundle } = manifest
    const order: LoadOrder = {
      plugin: id,
      version,
      directory,
      entryPath,
      format: bundle?.format ?? 'source',
      environment: grants.environment,
      network: grants.network,
      capabilities,
    }
    const { script, cache } = await this.#script
    connection
      .begin(frameType.load, 0)
      .text(JSON.stringify(order))
      .optional(script, (to, bytes) => to.bytes(bytes, true))
      .optional(cache, (to, bytes) => to.bytes(bytes, true))
      .end()
  }

  handle(type: number, payload: PayloadReader): void {
    if (this.#isDone) throw new ProtocolError('a plugin that was loaded already')
    this.#isDone = true
    if (type === frameType.loadFailed) {
      this.#description.reject(readError(payload))
      return
    }
    const parsed = descriptionSchema.safeParse(
      readJsonText(payload, wireLimits.maxDescriptionBytes),
    )
    if (!parsed.success) throw new ProtocolError('a description of a plugin that is none')
    this.#description.resolve(parsed.data)
  }

  fail(error: Error): void {
    this.#isDone = true
    this.#description.reject(error)
  }

  /** The error of a process that ended before its plugin was loaded; `null` if it was loaded. */
  exitError(exit: ProcessExit): Error | null {
    if (this.#isDone) return null
    const { manifest } = this.#plugin
    const place = findPlace(exit.lastWords)
    const where = place === undefined ? '' : ` (${showPlace(place, manifest.directory)})`
    const error = /^[A-Z][A-Za-z]*Error\b[^\n]*$/m.exec(exit.lastWords)?.[0]
    const cause = new Error(exit.lastWords)
    const reason = error ?? `its process ended while it was loading: ${describeExit(exit)}`
    return loadFailed(manifest, `${reason}${where}`, cause, place)
  }

  tookTooLong(startMs: number): Error {
    return loadFailed(
      this.#plugin.manifest,
      `it was not loaded after ${startMs} ms. Do at the top of modules only what is quick, and the rest in invoke().`,
      undefined,
    )
  }
}

interface HandedFiles {
  readonly script: Uint8Array | null
  readonly cache: Uint8Array | null
}

/** A script is handed over, so that a process that may read nothing can run it. */
async function readScript(manifest: PluginManifest): Promise<HandedFiles> {
  const { entryPath, bundle } = manifest
  if (bundle?.format !== 'script') return { script: null, cache: null }
  const [script, cache] = await Promise.all([
    readFile(entryPath).catch((cause: Error) => {
      throw loadFailed(manifest, `${cause.message}.`, cause)
    }),
    // Without its cache it is slower, and nothing else.
    bundle.cachePath === null ? null : readFile(bundle.cachePath).catch(() => null),
  ])
  return { script, cache }
}
