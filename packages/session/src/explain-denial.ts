/**
 * Says what a plugin was refused, where an error or one that caused it comes from Node's permission
 * model, and what would allow it.
 *
 * @returns `null` for any other error
 */
export function explainDenial(error: Error): string | null {
  const denial = findDenial(error)
  if (denial === null) return null
  const { code, permission = code, resource = '' } = denial
  return refusals.get(permission)?.(resource) ?? denial.message
}

interface Denial extends Error {
  readonly code: string
  readonly permission?: string
  /** A path, mostly; empty where Node has none to tell. */
  readonly resource?: string
}

/** What Node says of native addons, in place of a permission. */
const addonsDisabled = 'ERR_DLOPEN_DISABLED'

/** Nobody wraps an error more often, but for a cycle. */
const maxCauses = 8

function findDenial(error: Error): Denial | null {
  let found: unknown = error
  for (let depth = 0; found instanceof Error && depth < maxCauses; depth++) {
    if (isDenial(found)) return found
    found = found.cause
  }
  return null
}

function isDenial(error: Error): error is Denial {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_ACCESS_DENIED' || code === addonsDisabled
}

const inlineAlone = 'No permission of a manifest allows that, and no mode but "inline"'

const refusals = new Map<string, (resource: string) => string>([
  ['FileSystemRead', explainRead],
  [
    'FileSystemWrite',
    (path) =>
      `it may not write ${orFiles(path)}. ${inlineAlone}. What a plugin keeps, it keeps in its stores.`,
  ],
  ['ChildProcess', () => `it may not start other processes. ${inlineAlone}.`],
  ['WorkerThreads', () => `it may not start threads. ${inlineAlone}.`],
  ['Inspector', () => `it may not open an inspector. ${inlineAlone}.`],
  ['WASI', () => `it may not use WASI. ${inlineAlone}.`],
  [
    addonsDisabled,
    () =>
      'it may not load native addons. A plugin that "holdfast build --allow-addons" built may, where the operator grants it "addons".',
  ],
  [
    'Net',
    () =>
      'it may not use the network. It asks for it by "permissions": { "network": true } of "holdfast" in its package.json, and the operator grants it.',
  ],
])

function explainRead(path: string): string {
  const denial = `it may not read ${orFiles(path)}. In a process of its own, a plugin reads its own folder and the packages that its package.json has in "dependencies"`
  return /[/\\]node_modules[/\\]/.test(path)
    ? `${denial}: add there what it imports, and install it.`
    : `${denial}. ${inlineAlone}.`
}

function orFiles(path: string): string {
  return path === '' ? 'files' : path
}
