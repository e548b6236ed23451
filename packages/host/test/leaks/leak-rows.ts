import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** A way to run plugins, in which every probe is tried. */
export interface LeakRow {
  /** As docs/security.md calls it. */
  readonly mode: 'inline' | 'process' | 'sandbox'
  readonly major: number
  readonly nodePath: string
  /** Whether the host gives up root first, so that it and its plugins are one user. */
  readonly asOneUser: boolean
  /** Why it cannot be tried here. */
  readonly missing: string | null
}

const node26 = resolve(import.meta.dirname, '../../../../node_modules/node-26/bin/node')
const isRoot = process.getuid?.() === 0

const nodes = [
  { major: Number.parseInt(process.versions.node, 10), nodePath: process.execPath, missing: null },
  { major: 26, nodePath: node26, missing: existsSync(node26) ? null : 'Node 26 is not installed' },
] as const

/** Every mode on every Node.js, and where root runs the tests, once without it. */
export const leakRows: readonly LeakRow[] = nodes.flatMap((node): LeakRow[] => {
  const sandbox = { ...node, missing: node.missing ?? whyNoSandbox() }
  const rows: LeakRow[] = [
    { mode: 'inline', ...node, asOneUser: false },
    { mode: 'process', ...node, asOneUser: !isRoot },
    { mode: 'sandbox', ...sandbox, asOneUser: !isRoot },
  ]
  if (!isRoot) return rows
  return [
    ...rows,
    { mode: 'process', ...node, asOneUser: true },
    { mode: 'sandbox', ...sandbox, asOneUser: true },
  ]
})

function whyNoSandbox(): string | null {
  try {
    execFileSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no bwrap that works'
  }
}
