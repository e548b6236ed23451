import { statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HoldfastError } from '@holdfast/core'

/** A module, and where it was found. */
export interface ImportedModule {
  readonly url: string
  readonly exports: Readonly<Record<string, unknown>>
}

/**
 * Imports a module by its path, or a package as it is found from the working directory: packages
 * are where the driver is, and not where this one is installed.
 *
 * @throws {@link HoldfastError} `USAGE`
 */
export async function importFromHere(name: string): Promise<ImportedModule> {
  const isPath = /^[./]/.test(name) || statSync(name, { throwIfNoEntry: false })?.isFile() === true
  const wanted = isPath ? pathToFileURL(resolve(name)).href : name
  const parentURL = pathToFileURL(join(process.cwd(), 'package.json')).href
  const found = { url: wanted }
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== wanted) return next(specifier, context)
      const resolved = next(specifier, { ...context, parentURL })
      found.url = resolved.url
      return resolved
    },
  })
  try {
    const exports = (await import(wanted)) as ImportedModule['exports']
    return { ...found, exports }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoldfastError('USAGE', `${name} cannot be imported: ${reason}`, { cause })
  } finally {
    hooks.deregister()
  }
}
