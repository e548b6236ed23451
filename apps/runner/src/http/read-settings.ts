import { HoldfastError, type JsonValue, type PluginId } from '@holdfast/core'
import type { PluginManifest } from '@holdfast/host'
import type { JsonObject } from '@holdfast/session'
import { parseJson } from '../parse-json.ts'
import { readFileOf } from '../read-input.ts'

/**
 * Reads the settings of endpoints: `{ [plugin id]: { [name]: value } }`.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`, `MALFORMED_JSON`; `INVALID_ARGUMENT` for what is
 * no such object and for a plugin that is not served
 */
export async function readSettings(
  file: string | undefined,
  plugins: readonly PluginManifest[],
): Promise<ReadonlyMap<PluginId, JsonObject>> {
  if (file === undefined) return new Map()
  const byPlugin = parseJson(await readFileOf(file), `What ${file} holds`)
  if (!isObject(byPlugin)) throw invalid(file, 'It must be an object of settings by plugin.')
  return new Map(
    Object.entries(byPlugin).map(([id, settings]) => {
      const plugin = plugins.find((served) => served.id === id)
      if (plugin === undefined)
        throw invalid(file, `There is no plugin ${JSON.stringify(id)} here.`)
      if (!isObject(settings)) throw invalid(file, `What it has for ${id} must be an object.`)
      return [plugin.id, settings]
    }),
  )
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(file: string, mistake: string): HoldfastError {
  return new HoldfastError('INVALID_ARGUMENT', `${file} holds no settings. ${mistake}`)
}
