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
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
