import type { SandboxTools } from './probe-sandbox.ts'

/** What a sandbox shows of the machine. */
export interface SandboxView {
  /** Files and folders, absolute, at the places where they are outside. */
  readonly readPaths: readonly string[]
  /** Symbolic links to make, by their path. */
  readonly links: ReadonlyMap<string, string>
  readonly network: boolean
}

/** Enough for temporary files of native addons. All else runs without writing. */
const temporaryBytes = 67_108_864

/** What the C library reads to find hosts by name. */
const resolverFiles = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf']

/**
 * The arguments of `bwrap`, to be followed by a command: namespaces of its own for users, processes,
 * network and all else, no capabilities, and a file system of nothing but what is named.
 */
export function sandboxArguments(
  { libraries, canForbidNesting }: SandboxTools,
  { readPaths, links, network }: SandboxView,
): readonly string[] {
  return [
    ['--unshare-all', '--unshare-user'],
    network ? ['--share-net'] : [],
    canForbidNesting ? ['--disable-userns'] : [],
    ['--uid', '65534', '--gid', '65534', '--hostname', 'plugin'],
    ['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
    ['--size', String(temporaryBytes), '--tmpfs', '/tmp'],
    [...new Set([...libraries, ...readPaths])].flatMap((path) => ['--ro-bind', path, path]),
    [...links].flatMap(([path, target]) => ['--symlink', target, path]),
    network ? resolverFiles.flatMap((path) => ['--ro-bind-try', path, path]) : [],
    ['--remount-ro', '/', '--chdir', '/', '--'],
  ].flat()
}
