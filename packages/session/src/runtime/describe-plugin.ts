import type { StandardJSONSchemaV1 } from '@standard-schema/spec'
import type { JsonObject } from '../json-object.ts'
import type { PluginDefinition } from '../plugin-definition.ts'
import type { ToolClass } from '../tool.ts'

/** What a plugin offers, as plain JSON. */
export interface PluginDescription {
  readonly tools: readonly ToolDescription[]
  readonly endpoints: readonly EndpointDescription[]
}

export interface ToolDescription {
  readonly name: string
  /** Empty if the author gave none. */
  readonly description: string
  /** Whether a call may be made again, as a whole, with the same outcome. */
  readonly idempotent: boolean
  /** JSON Schema (draft 2020-12) of the parameters; `null` if the schema library cannot tell. */
  readonly parameters: JsonObject | null
}

export interface EndpointDescription {
  /** Pattern of the path, as the author wrote it. */
  readonly path: string
}

/** Says what a plugin offers. */
export function describePlugin(plugin: PluginDefinition): PluginDescription {
  return {
    tools: Array.from(plugin.tools, ([name, tool]) => ({
      name,
      description: tool.description,
      // A class of an older copy of this package does not say.
      idempotent: (tool as Partial<ToolClass>).idempotent === true,
      parameters: describeParameters(tool),
    })),
    endpoints: plugin.routes.map(({ path }) => ({ path })),
  }
}

function describeParameters({ parameters }: ToolClass): JsonObject | null {
  if (parameters === null) return { type: 'object' }
  const standard = parameters['~standard'] as Partial<StandardJSONSchemaV1.Props>
  try {
    const schema = standard.jsonSchema?.input({ target: 'draft-2020-12' })
    return schema === undefined ? null : (JSON.parse(JSON.stringify(schema)) as JsonObject)
  } catch {
    // How Standard JSON Schema says that a type, such as a date, has no JSON Schema.
    return null
  }
}
