import {
  definePlugin,
  Endpoint,
  type JsonObject,
  type PluginDefinition,
  type Session,
} from '@holdfast/session'

export type InvokeEndpoint = (request: Request, settings: JsonObject, session: Session) => unknown

/** A plugin with endpoints that are written as a test needs them. */
export function withEndpoints(
  endpoints: Readonly<Record<string, InvokeEndpoint>>,
): PluginDefinition {
  const classes = Object.entries(endpoints).map(([path, invoke]) => {
    class Work extends Endpoint {
      override invoke(request: Request, settings: JsonObject) {
        return invoke(request, settings, this.session) as Response
      }
    }
    return [path, Work] as const
  })
  return definePlugin({ endpoints: Object.fromEntries(classes) })
}
