import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
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
 * Installs tarballs with plain npm into an empty folder, writes a plugin there, and runs it in two
 * processes: what a user does first.
 *
 * @returns what went wrong
 */
export function tryInstalled(tarballs: readonly string[]): readonly string[] {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-installed-'))
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
  return ['That makes 1.\n', 'That makes 2.\n'].flatMap((expected) => {
    const printed = run('npx', ['--no-install', ...remember])
    return printed === expected ? [] : [`Expected ${expected}but got ${printed}`]
  })
}
