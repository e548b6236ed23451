/** A name of a variable of the environment that every shell can set. */
export const variablePattern: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Whether a variable changes how a process itself runs (Node.js, its libraries, the loader of the
 * system) or is the operator's own: no plugin may ask for one. `NODE_ENV` is for libraries alone.
 * Windows knows no case of letters.
 */
export function isReservedVariable(name: string): boolean {
  return reservedPattern.test(name)
}

const reservedPattern =
  /^(?:(?:NODE(?!_ENV$)|LD|DYLD|UV|V8|MALLOC|OPENSSL|SSL_CERT|HOLDFAST)_|GLIBC_TUNABLES$|ICU_DATA$)/i
