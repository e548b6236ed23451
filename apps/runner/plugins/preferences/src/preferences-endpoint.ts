import { Endpoint } from '@holdfast/session'
import * as z from 'zod'
import { changesSchema } from './settings.ts'
import { changePreferences, readPreferences, userSchema } from './user-preferences.ts'

/** `GET` gives a user's preferences, `PATCH` changes some; the same as the tools, over HTTP. */
export class PreferencesEndpoint extends Endpoint {
  async invoke(request: Request): Promise<Response> {
    const user = userSchema.safeParse(this.params['user'])
    if (!user.success) return problem(400, `No id of a user: ${z.prettifyError(user.error)}`)
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return Response.json(await readPreferences(user.data))
      case 'PATCH':
        return await change(user.data, request)
      default:
        return problem(405, 'Use GET or PATCH.', { allow: 'GET, HEAD, PATCH' })
    }
  }
}

async function change(user: string, request: Request): Promise<Response> {
  let body: unknown
  try {
    body = await request.json()
  } catch (error) {
    if (error instanceof SyntaxError) return problem(400, 'The body is not JSON.')
    throw error
  }
  const changes = changesSchema.safeParse(body)
  if (!changes.success) return problem(422, z.prettifyError(changes.error))
  return Response.json(await changePreferences(user, changes.data))
}

/** An error as problem details (RFC 9457). */
function problem(status: number, detail: string, headers: Record<string, string> = {}): Response {
  const response = Response.json({ status, detail }, { status, headers })
  response.headers.set('content-type', 'application/problem+json')
  return response
}
