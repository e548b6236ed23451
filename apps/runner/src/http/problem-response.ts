import type { ProblemDetails } from '../problem-details.ts'

/** An error as an HTTP response. */
export function problemResponse(problem: ProblemDetails): Response {
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  if (problem.code === 'UNAUTHORIZED') headers.set('www-authenticate', 'Bearer realm="holdfast"')
  if (problem.code === 'DRAINING') headers.set('connection', 'close')
  const waitMs = waitOf(problem)
  if (waitMs !== null) headers.set('retry-after', String(Math.ceil(waitMs / 1_000)))
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

/** After how many milliseconds the same call is worth another try, where that can be told. */
function waitOf({ code, context }: ProblemDetails): number | null {
  const { retryAfterMs } = context
  if (typeof retryAfterMs === 'number') return retryAfterMs
  return code === 'BUSY' ? 1_000 : null
}
