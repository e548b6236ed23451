import { z } from 'zod'

/** What all keys of users begin with. */
export const userPrefix = 'users/'

/**
 * Names a user: an e-mail address, a number, whatever the caller's users go by. With at most 3 bytes
 * a character, escaped or not, its key stays below the 512 bytes that a key may take.
 */
export const userSchema = z
  .string()
  .min(1)
  .max(128)
  .refine((id) => id.isWellFormed(), { error: 'expected well-formed Unicode' })
  .describe('Id of the user, such as an e-mail address.')

/**
 * The key of a user's preferences. What `persistent_store` has no room for in a key is escaped as in
 * an address, and `%` too, so that different users have different keys.
 */
export function keyOfUser(user: string): string {
  return userPrefix + user.replaceAll(/[%:#\0]/g, encodeURIComponent)
}

/** The user that a key belongs to. */
export function userOfKey(key: string): string {
  return decodeURIComponent(key.slice(userPrefix.length))
}
