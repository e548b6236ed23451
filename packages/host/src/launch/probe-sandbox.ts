import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sandboxArguments } from './sandbox-arguments.ts'
import { type UserRange, userArguments } from './user-arguments.ts'

const run = promisify(execFile)

/** Programs that make sandboxes, and what these must contain for Node.js to run. */
export interface SandboxTools {
  readonly bwrapPath: string
  readonly prlimitPath: string
  /** Files of the system that Node.js and `prlimit` are linked with, and these themselves. */
  readonly libraries: readonly string[]
  /** Whether it can keep a sandbox from making namespaces of its own. */
  readonly canForbidNesting: boolean
}

/** What was found, to make sandboxes with. */
export interface SandboxCandidate {
  readonly bwrapPath: string | null
  readonly setprivPath: string | null
  readonly prlimitPath: string | null
  readonly nodePath: string
  readonly users: UserRange | null
}

/** Finds out whether sandboxes work here, by running Node.js in one. */
export async function probeSandbox(
  candidate: SandboxCandidate,
): Promise<SandboxTools | { readonly reason: string }> {
  const { bwrapPath, prlimitPath, nodePath } = candidate
  if (process.platform !== 'linux') return { reason: 'it needs Linux' }
  if (bwrapPath === null) return { reason: 'there is no bwrap; install bubblewrap' }
  if (prlimitPath === null) return { reason: 'there is no prlimit; install util-linux' }
  try {
    const [libraries, canForbidNesting] = await Promise.all([
      findLibraries([nodePath, prlimitPath]),
      hasDisableUserns(bwrapPath),
    ])
    const tools = { bwrapPath, prlimitPath, libraries, canForbidNesting }
    await tryOut(candidate, tools)
    return tools
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return { reason: stderr === '' ? String(error) : stderr }
  }
}

async function tryOut(candidate: SandboxCandidate, tools: SandboxTools): Promise<void> {
  const { setprivPath, nodePath, users } = candidate
  const user = users === null ? [] : [...userArguments(users, 0), '--no-new-privs']
  const [file, ...args] = [
    ...(setprivPath === null ? [] : [setprivPath, ...user]),
    tools.bwrapPath,
    ...sandboxArguments(tools, { readPaths: [], links: new Map(), network: false }),
    tools.prlimitPath,
    '--nproc=64',
    nodePath,
    '--version',
  ]
  await run(file, args, { env: {} })
}

async function findLibraries(programs: readonly string[]): Promise<string[]> {
  const { stdout } = await run('ldd', [...programs])
  const libraries = [...stdout.matchAll(/(?:=>|^)\s+(?<path>\/\S+) \(0x/gm)]
  return [...new Set([...programs, ...libraries.map((match) => match.groups?.['path'] ?? '')])]
}

/** Since bubblewrap 0.8. */
async function hasDisableUserns(bwrapPath: string): Promise<boolean> {
  const { stdout } = await run(bwrapPath, ['--help'])
  return stdout.includes('--disable-userns')
}
