import * as z from 'zod'
import { limitSchemas, quotaSchema } from '../manifest/limit-schemas.ts'
import type { OperatorPolicy } from './operator-policy.ts'

// Each message completes the sentence "<field> must be ...", for describeIssues.
const fields = {
  network: z.boolean({ error: 'true or false' }).exactOptional(),
  addons: z.boolean({ error: 'true or false' }).exactOptional(),
  quotaBytes: quotaSchema.exactOptional(),
  memoryBytes: limitSchemas.memoryBytes.exactOptional(),
  timeoutMs: limitSchemas.timeoutMs.exactOptional(),
  concurrency: limitSchemas.concurrency.exactOptional(),
  queue: limitSchemas.queue.exactOptional(),
}

const error =
  'an object of "network", "environment", "addons", "quotaBytes", "memoryBytes", "timeoutMs", "concurrency" and "queue", as needed'

/** A policy in a program: variables with their values. */
export const policySchema: z.ZodType<OperatorPolicy> = z.strictObject(
  {
    ...fields,
    environment: z
      .record(z.string(), z.string({ error: 'a string' }), {
        error: 'an object of the values of variables by their names',
      })
      .exactOptional(),
  },
  { error },
)

/** A policy in a file: variables without their values. */
export interface WrittenPolicy extends Omit<OperatorPolicy, 'environment'> {
  readonly environment?: readonly string[]
}

export const writtenPolicySchema: z.ZodType<WrittenPolicy> = z.strictObject(
  {
    ...fields,
    environment: z
      .array(z.string({ error: 'the name of a variable, such as "OPENAI_API_KEY"' }), {
        error: 'a list of names of variables, such as ["OPENAI_API_KEY"]',
      })
      .exactOptional(),
  },
  { error },
)
