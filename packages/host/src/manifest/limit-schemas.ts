import * as z from 'zod'
import { pluginLimitRanges } from './default-plugin-limits.ts'
import type { PluginLimits } from './plugin-manifest.ts'

/** A quota as a file names it. Its message completes the sentence "<field> must be ...". */
export const quotaSchema: z.ZodType<number> = wholeNumber('bytes', 0, Number.MAX_SAFE_INTEGER)

/** The bounds of a plugin as a file names them. */
export const limitSchemas: Readonly<Record<keyof PluginLimits, z.ZodType<number>>> = {
  memoryBytes: limit('memoryBytes', 'bytes'),
  timeoutMs: limit('timeoutMs', 'milliseconds'),
  concurrency: limit('concurrency', 'invocations'),
  queue: limit('queue', 'invocations'),
}

function limit(name: keyof PluginLimits, unit: string): z.ZodType<number> {
  const { least, most } = pluginLimitRanges[name]
  return wholeNumber(unit, least, most)
}

function wholeNumber(unit: string, least: number, most: number): z.ZodType<number> {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} up` : `${least} to ${most}`
  const error = `a whole number of ${unit} from ${bounds}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}
