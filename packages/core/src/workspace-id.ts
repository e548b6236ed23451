import { HoldfastError } from './holdfast-error.ts'
import { quoteOrDescribe } from './quote-or-describe.ts'

declare const brand: unique symbol

/** The id of a tenant, validated by {@link parseWorkspaceId}. */
export type WorkspaceId = string & { readonly [brand]: 'WorkspaceId' }

const pattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/**
 * Validates a workspace id: 1 to 64 characters of `A-Z a-z 0-9 _ -`, the first a letter or digit.
 *
 * @throws {@link HoldfastError} `INVALID_WORKSPACE_ID`
 */
export function parseWorkspaceId(value: unknown): WorkspaceId {
  if (typeof value === 'string' && pattern.test(value)) return value as WorkspaceId
  throw new HoldfastError(
    'INVALID_WORKSPACE_ID',
    `A workspace id has 1 to 64 of the characters A-Z, a-z, 0-9, "_" and "-", and begins with a letter or a digit; got ${quoteOrDescribe(value)}.`,
  )
}
