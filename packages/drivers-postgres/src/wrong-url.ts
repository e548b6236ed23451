import { MisuseError } from '@holdfast/core'

/** An error that does not quote the URL, for it may have a password in it. */
export function wrongUrl(reason?: string): MisuseError {
  const shape =
    'The URL of a PostgreSQL store is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with what is special in user and password percent-encoded'
  return new MisuseError(
    'STORE_URL_INVALID',
    `${shape}${reason === undefined ? '' : `; ${reason}`}.`,
  )
}
