import type { StandardSchemaV1 } from '@standard-schema/spec'

/**
 * What `invoke` of a tool receives: what the tool's schema makes of the parameters. (TypeScript does
 * not infer the parameters of an overriding method, so it is named at the method.)
 *
 * @example
 * ```ts
 * class Recall extends Tool {
 *   static override readonly parameters = z.object({ name: z.string() })
 *   async *invoke({ name }: ParametersOf<typeof Recall>) {}
 * }
 * ```
 */
export type ParametersOf<ToolClass extends { readonly parameters: StandardSchemaV1 }> =
  StandardSchemaV1.InferOutput<ToolClass['parameters']>
