import { HoldfastError, parsePluginId } from '@holdfast/core'
import { Hono } from 'hono'
import type { AppContext, RequestBindings } from './app-context.ts'
import { callEndpoint } from './endpoint-route.ts'
import { refuseForeignHost, refuseForeignOrigin } from './guards.ts'
import { problemResponse } from './problem-response.ts'
import { callTool } from './tool-route.ts'

/** The routes of `holdfast serve`. */
export function createApp(context: AppContext): Hono<{ Bindings: RequestBindings }> {
  const { host, token, draining } = context
  const app = new Hono<{ Bindings: RequestBindings }>()

  app.use(async (c, next) => {
    if (draining.aborted) throw serverDraining()
    refuseForeignHost(c.req.raw)
    await next()
  })
  app.use('/v1/*', async (c, next) => {
    refuseForeignOrigin(c.req.raw)
    token.check(c.req.raw)
    await next()
  })

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/v1/plugins', async (c) => {
    const plugins = await Promise.all(host.plugins.map(({ id }) => host.describe(id)))
    return c.json({ plugins })
  })
  app.get('/v1/plugins/:plugin', async (c) =>
    c.json(await host.describe(parsePluginId(c.req.param('plugin')))),
  )
  app.post('/v1/workspaces/:workspace/plugins/:plugin/tools/:tool', (c) =>
    callTool(context, c.req.param(), c.req.raw, c.env),
  )
  app.all('/e/:workspace/:plugin/*', (c) => callEndpoint(context, c.req.param(), c.req.raw, c.env))

  app.notFound((c) => {
    throw new HoldfastError(
      'ROUTE_NOT_FOUND',
      `There is no ${c.req.method} ${c.req.path}. "holdfast serve --help" lists the routes.`,
    )
  })
  app.onError((error, c) => problemResponse(context.report(error, c.env)))
  return app
}

function serverDraining(): HoldfastError {
  return new HoldfastError(
    'DRAINING',
    'The server is stopping and takes no more requests. Try again, where another one serves.',
  )
}
