import { forgetful, ThrowawayPostgres } from '@holdfast/test-postgres'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a server on which the tests may make databases. */
    readonly postgresUrl: string
  }
}

// vitest takes it from the default export only.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['HOLDFAST_TEST_POSTGRES_URL']
  if (given !== undefined) {
    project.provide('postgresUrl', given)
    return async () => undefined
  }
  const server = await ThrowawayPostgres.start({ settings: forgetful })
  project.provide('postgresUrl', server.url)
  return () => server[Symbol.asyncDispose]()
}
