import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const manifest = {
  name: 'diary',
  version: '1.0.0',
  type: 'module',
  holdfast: { id: 'diary', entry: './index.ts' },
}

const plugin = `
import { definePlugin, persistent_store, Tool } from '@holdfast/session'

class Remember extends Tool {
  async *invoke({ note }: { note: string }) {
    const count = await persistent_store.increment('count')
    await this.session.storage.set(\`note/\${count}\`, new TextEncoder().encode(note))
    yield this.text(\`That makes \${count}.\`)
  }
}

export default definePlugin({ tools: { remember: Remember } })
`

/**
 * Installs tarballs with plain npm into an empty folder, writes a plugin there, runs it in two
 * processes, and runs what was built of it: what a user does first.
 *
 * @returns what went wrong
 */
export function tryInstalled(tarballs: readonly string[]): readonly string[] {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-installed-'))
  // Where root runs this, the plugin is run by another user.
  chmodSync(folder.path, 0o755)
  const run = (command: string, args: readonly string[]): string => {
    const result = spawnSync(command, args, { cwd: folder.path, encoding: 'utf8' })
    if (result.error) throw result.error
    return result.status === 0 ? result.stdout : `exit ${result.status}: ${result.stderr}`
  }
  writeFileSync(join(folder.path, 'package.json'), JSON.stringify({ name: 'empty', private: true }))
  const installed = run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...tarballs])
  if (installed.startsWith('exit')) return [installed]

  mkdirSync(join(folder.path, 'diary'))
  writeFileSync(join(folder.path, 'diary', 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder.path, 'diary', 'index.ts'), plugin)
  const remember = ['holdfast', 'run', './diary', 'remember', '--input', '{ "note": "milk" }']
  const expectRemembered = (args: readonly string[], count: number): string[] => {
    const expected = `That makes ${count}.\n`
    const printed = run('npx', ['--no-install', ...args])
    return printed === expected ? [] : [`Expected ${expected}but got ${printed}`]
  }
  const findings = [...expectRemembered(remember, 1), ...expectRemembered(remember, 2)]
  const built = run('npx', ['--no-install', 'holdfast', 'build', './diary', '--out-dir', './built'])
  if (built.startsWith('exit')) return [...findings, built]
  const rememberBuilt = remember.map((arg) => (arg === './diary' ? './built' : arg))
  return [...findings, ...expectRemembered(rememberBuilt, 3)]
}
