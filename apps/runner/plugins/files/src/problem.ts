/** An answer that says what is wrong, for people and programs (RFC 9457). */
export function problem(
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { title, status, detail },
    { status, headers: { ...headers, 'content-type': 'application/problem+json' } },
  )
}

export function fileNotFound(name: string): Response {
  return problem(404, 'Not found', `There is no file ${JSON.stringify(name)}.`)
}

export function methodNotAllowed(request: Request, allow: string): Response {
  const detail = `${request.method} is none of the methods here: ${allow}.`
  return problem(405, 'Method not allowed', detail, { allow })
}

export function preconditionFailed(name: string): Response {
  const detail = `The file ${JSON.stringify(name)} is not, or no longer, in the state that the request asks for.`
  return problem(412, 'Precondition failed', detail)
}
