import { Databases as DatabasesOfServer } from '@holdfast/test-postgres'
import { inject } from 'vitest'

/** Makes databases on the server that the tests of this package share, and removes them. */
export class Databases extends DatabasesOfServer {
  constructor() {
    super(inject('postgresUrl'))
  }
}
