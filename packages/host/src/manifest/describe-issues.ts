import { quoteOrDescribe } from '@holdfast/core'
import type { z } from 'zod'
import type { Mistake } from './located-json.ts'

/**
 * Says what is wrong with what was parsed with `reportInput`. The messages of the schema complete the
 * sentence "<field> must be ...".
 */
export function describeIssues(error: z.ZodError): readonly Mistake[] {
  return error.issues.flatMap(describeIssue)
}

function describeIssue(issue: z.core.$ZodIssue): readonly Mistake[] {
  const { path } = issue
  const field = path.join('.') || 'The file'
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `${field} has ${quoteOrDescribe(key)}, which nothing reads. Correct the name, or take it out.`,
    }))
  }
  const expected = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
  const got = issue.input === undefined ? ', but is missing' : `; got ${describeInput(issue.input)}`
  return [{ path, message: `${field} must be ${expected}${got}.` }]
}

function describeInput(input: unknown): string {
  return typeof input === 'number' ? String(input) : quoteOrDescribe(input)
}
