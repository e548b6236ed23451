import { type Clock, manageDriver, type StorageDriver } from '@holdfast/core'
import postgres from 'postgres'
import { PostgresDriver } from './postgres-driver.ts'
import { PostgresJsDatabase } from './postgres-js-database.ts'

export interface PostgresDriverOptions {
  readonly url: string
  readonly clock?: Clock | undefined
}

export function createPostgresDriver({
  url,
  clock = Date.now,
}: PostgresDriverOptions): StorageDriver {
  const client = postgres(url, { max: 8, onnotice: () => undefined })
  return manageDriver(new PostgresDriver(new PostgresJsDatabase(client, { prepare: true }), clock))
}
