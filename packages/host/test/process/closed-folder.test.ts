import { chmod } from 'node:fs/promises'
import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test } from 'vitest'
import { createHost, type PluginLog, readManifest } from '../../src/index.ts'
import { makeFolder } from '../plugin-folder.ts'

/** A plugin that reads a file of its host. */
const code = `
import { readFileSync } from 'node:fs'
class Read {
  static '~holdfast' = 'tool/v1'
  static description = ''
  static parameters = null
  '~bind'() {}
  async invoke({ path }) {
    const message = (text) => Object.defineProperty({ type: 'text', text }, '~holdfast', { value: 'message/v1' })
    return message(process.getuid() + ' ' + readFileSync(path, 'utf8'))
  }
}
export default { '~holdfast': 'plugin/v1', tools: new Map([['read', Read]]), routes: [] }
`

test.skipIf(process.getuid?.() !== 0)(
  'a plugin in a folder that is closed to others runs as a user of its own, and the log says what that costs',
  async () => {
    const holdfast = { id: 'closed', entry: './index.mjs' }
    const folder = await makeFolder({
      'plugin/package.json': JSON.stringify({ holdfast }),
      'plugin/index.mjs': code,
      'secret.txt': 'secret',
    })
    await chmod(folder, 0o700)
    const driver = createMemoryDriver()
    await driver.open()
    const logs: PluginLog[] = []
    const manifest = await readManifest(`${folder}/plugin`)
    const host = createHost({ driver, plugins: [manifest], onLog: (log) => logs.push(log) })
    const read = (path: string) =>
      Array.fromAsync(
        host.invokeTool({
          workspace: parseWorkspaceId('acme'),
          plugin: parsePluginId('closed'),
          tool: 'read',
          parameters: { path },
        }),
      )

    const [message] = await read(`${folder}/plugin/index.mjs`)
    expect(message).toMatchObject({ text: expect.not.stringMatching(/^0 /) as string })
    await expect(read(`${folder}/secret.txt`)).rejects.toMatchObject({ code: 'TOOL_FAILED' })
    expect(logs).toContainEqual(
      expect.objectContaining({
        source: 'host',
        level: 'warn',
        text: expect.stringContaining(`chmod o+x ${folder}`) as string,
      }),
    )
    await host.close()
    await driver.close()
  },
)
