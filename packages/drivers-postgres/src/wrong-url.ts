import { MisuseError } from '@holdfast/core'

/**
 * An error that does not quote the URL, for it may have a password in it.
 *
 * @param reason - a sentence without its full stop; without it the shape of a URL is told
 */
export function wrongUrl(reason?: string): MisuseError {
  const shape =
    'The URL of a PostgreSQL store is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with what is special in user and password percent-encoded'
  return new MisuseError(
    'STORE_URL_INVALID',
    reason === undefined ? `${shape}.` : `In the URL of the store, ${reason}.`,
  )
}
