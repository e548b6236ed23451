/** The error that Node's permission model would throw, with words for the author of a plugin. */
export function accessDenied(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED' })
}
