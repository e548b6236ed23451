import * as z from 'zod'

export const serviceSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    error: 'expected 1 to 64 of the characters a-z, 0-9 and . _ -, the first a letter or a digit',
  })
  .describe('The service that the token is for, such as "github".')

/** Its messages say nothing of the token: they travel to logs. */
export const tokenSchema = z
  .string({ error: 'expected a string' })
  .regex(/^[\x21-\x7e]{1,4096}$/, {
    error: 'expected 1 to 4096 characters of printable ASCII without spaces',
  })
  .describe('The token. It is stored as it is and never shown unless it is asked for.')

export const expiresInMsSchema = z
  .int()
  .min(1)
  .max(10 * 365 * 24 * 60 * 60 * 1_000)
  .optional()
  .describe('After how many milliseconds the token is forgotten; without it, never.')
