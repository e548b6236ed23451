import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { Databases } from './databases.ts'
import { createPostgresSubject } from './postgres-subject.ts'

const databases = new Databases()
runConformance(createPostgresSubject(databases), { describe, test, expect, afterAll })
afterAll(() => databases[Symbol.asyncDispose]())
