import type { JsonValue } from '@holdfast/core'
import { createHost, type HostedPlugin, type HostMode, readManifest } from '@holdfast/host'
import type { ToolDescription } from '@holdfast/session/runtime'
import { readGrants } from '../read-grants.ts'
import { openStore } from '../store-registry.ts'
import { writeText } from '../write-text.ts'

export interface ToolsOptions {
  readonly grants?: string
  readonly mode: HostMode
  readonly json?: true
}

/** Prints what a plugin offers. */
export async function showTools(
  directory: string,
  options: ToolsOptions,
  signal: AbortSignal,
): Promise<void> {
  const manifest = await readManifest(directory)
  const grantsOf = await readGrants(options.grants, [manifest], { partial: true })
  // Nothing is called, so nothing is stored.
  await using driver = await openStore('memory:', { create: true, signal })
  await using host = createHost({
    driver,
    plugins: [manifest],
    mode: options.mode,
    grantsOf,
    keepsWarm: false,
  })
  const plugin = await host.describe(manifest.id)
  const text = options.json === true ? JSON.stringify(plugin) : describePlugin(plugin)
  await writeText(process.stdout, `${text}\n`)
}

function describePlugin({ id, version, tools, endpoints }: HostedPlugin): string {
  return [
    `${id} ${version}`,
    '',
    tools.length === 0 ? 'It has no tools.' : 'Tools:',
    ...tools.flatMap(describeTool),
    '',
    endpoints.length === 0 ? 'It has no endpoints.' : 'Endpoints:',
    ...endpoints.map((endpoint) => `  ${endpoint.path}${endpoint.public ? '  (public)' : ''}`),
  ].join('\n')
}

function describeTool({ name, description, parameters }: ToolDescription): string[] {
  const title = description === '' ? `  ${name}` : `  ${name}: ${description}`
  if (parameters === null) return [title, '      (its schema cannot be shown)']
  const { properties = {}, required = [] } = parameters as ObjectSchema
  return [
    title,
    ...Object.entries(properties).map(
      ([property, schema]) =>
        `      ${property}${required.includes(property) ? '' : '?'}: ${describeSchema(schema)}`,
    ),
  ]
}

/** What of a JSON Schema is shown; `--json` has the whole. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, PropertySchema>>
  readonly required?: readonly string[]
}

interface PropertySchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly JsonValue[]
  readonly const?: JsonValue
  readonly items?: PropertySchema
  readonly description?: string
}

function describeSchema(schema: PropertySchema): string {
  const { description } = schema
  return description === undefined
    ? describeType(schema)
    : `${describeType(schema)}. ${description}`
}

function describeType({ type, enum: choices, const: constant, items }: PropertySchema): string {
  if (constant !== undefined) return JSON.stringify(constant)
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  if (type === 'array' && items !== undefined) return `array of ${describeType(items)}`
  return [type ?? 'any'].flat().join(' | ')
}
