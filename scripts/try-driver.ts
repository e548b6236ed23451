import { spawnSync } from 'node:child_process'
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const example = new URL('../packages/driver-testkit/examples/map-driver.ts', import.meta.url)
const mostLines = 150

/** A way to make the example wrong, and what a report must say of it then. */
const deletion = 'after.delete('
const brokenPromise =
  /^ {2}6\.4 +A put writes its entry, new or in place of the one that was there\./mu

/**
 * Installs the tarballs of core and of the kit with plain npm into an empty folder, and runs the kit
 * on a driver there, which keeps the contract, and on one whose delete does nothing: what a
 * contributor does first.
 *
 * @returns what went wrong
 */
export function tryDriver(tarballs: readonly string[]): readonly string[] {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-driver-'))
  const run = (command: string, ...args: readonly string[]): CommandEnd => {
    const options = { cwd: folder.path, encoding: 'utf8' } as const
    const { status, stdout, stderr, error } = spawnSync(command, args, options)
    if (error) throw error
    return { status, output: stdout + stderr }
  }
  const manifest = { name: 'my-driver', private: true, type: 'module' }
  writeFileSync(join(folder.path, 'package.json'), JSON.stringify(manifest))
  const needed = tarballs.filter((path) => /holdfast-(core|driver-testkit)-[^/]*$/.test(path))
  const installed = run('npm', 'install', '--no-audit', '--no-fund', '--silent', ...needed)
  if (installed.status !== 0) return [`npm install failed:\n${installed.output}`]

  const driver = readFileSync(example, 'utf8')
  writeFileSync(join(folder.path, 'right.ts'), driver)
  writeFileSync(join(folder.path, 'wrong.ts'), driver.replace(deletion, 'void ('))
  const lines = driver.split('\n').length - 1
  const right = run('npx', '--no-install', 'driver-testkit', './right.ts')
  const wrong = run('npx', '--no-install', 'driver-testkit', './wrong.ts', '--only', 'commit')
  return [
    ...(lines < mostLines ? [] : [`The driver has ${lines} lines, which is no short one.`]),
    ...(driver.includes(deletion)
      ? []
      : [`The driver has no ${deletion}, so it cannot be broken.`]),
    ...(right.status === 0 ? [] : [`The right driver: exit ${right.status}:\n${right.output}`]),
    ...(wrong.status === 1 && brokenPromise.test(wrong.output)
      ? []
      : [`The wrong driver: exit ${wrong.status}:\n${wrong.output}`]),
  ]
}

interface CommandEnd {
  readonly status: number | null
  readonly output: string
}
