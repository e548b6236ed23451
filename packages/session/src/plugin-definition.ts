import type { EndpointClass } from './endpoint.ts'
import type { ToolClass } from './tool.ts'

/** An endpoint under its path. */
export interface Route {
  /** Pattern of the path, as the author wrote it. */
  readonly path: string
  readonly pattern: URLPattern
  readonly endpoint: EndpointClass
}

/** What a plugin consists of. Made by `definePlugin`. */
export interface PluginDefinition {
  readonly '~holdfast': 'plugin/v1'
  readonly tools: ReadonlyMap<string, ToolClass>
  /** In the order in which they are tried. */
  readonly routes: readonly Route[]
}
