import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const session = fileURLToPath(new URL('../../../packages/session', import.meta.url))

/** The code of a plugin that has nothing. */
const emptyPlugin = `import { definePlugin } from '@holdfast/session'
export default definePlugin({})`

/** The code of a plugin with one tool, named `work`, whose method `invoke` has this body. */
export function toolPlugin(body: string): string {
  return `import { definePlugin, Tool } from '@holdfast/session'
class Work extends Tool {
  async *invoke() {
    ${body}
  }
}
export default definePlugin({ tools: { work: Work } })`
}

/** Writes a plugin of one file, index.js, into a folder of its own, with what it imports. */
export async function makePlugin(folder: string, id: string, code = emptyPlugin): Promise<string> {
  const installed = join(folder, 'node_modules', '@holdfast', 'session')
  await mkdir(dirname(installed), { recursive: true })
  await symlink(session, installed)
  await writeFile(join(folder, 'package.json'), manifestOf(id))
  await writeFile(join(folder, 'index.js'), code)
  return folder
}

/** The package.json of such a plugin. */
export function manifestOf(id: string, fields: object = {}): string {
  const holdfast = { id, entry: './index.js', ...fields }
  return JSON.stringify({ version: '1.0.0', type: 'module', holdfast }, null, 2)
}
