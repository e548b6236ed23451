import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { desk, makeFolder, run, start } from './holdfast.ts'

const permissions = { network: true, environment: ['KEY', 'OTHER'] }

/** A folder with the plugin `asking` and the file grants.json. */
async function makeAsking(grants: unknown): Promise<string> {
  const folder = await makeFolder()
  const holdfast = { id: 'asking', entry: './index.mjs', permissions }
  await mkdir(join(folder, 'asking'))
  await writeFile(join(folder, 'asking/package.json'), JSON.stringify({ holdfast }))
  await writeFile(join(folder, 'asking/index.mjs'), 'throw new Error("It ran.")')
  await writeFile(join(folder, 'grants.json'), JSON.stringify(grants, null, 2))
  return folder
}

function refused(line: number, mistake: string): object {
  return {
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(`holdfast: GRANT_INVALID: grants.json:${line}: ${mistake}`),
  }
}

describe('the grants of an operator', () => {
  test.each([
    ['run', ['run', 'asking', 'any']],
    ['tools', ['tools', 'asking']],
    ['serve', ['serve', '--port', '0', '--plugins', 'asking']],
  ])('are read by %s before any code of the plugin runs', async (_command, args) => {
    const cwd = await makeAsking({ asking: { timeoutMs: 600_000 } })

    expect(await run([...args, '--grants', 'grants.json'], { cwd })).toMatchObject(
      refused(3, 'timeoutMs is 600000, but the manifest asks for 60000.'),
    )
  })

  test('name variables that are set', async () => {
    const cwd = await makeAsking({ asking: { environment: ['KEY'] } })
    const args = ['tools', 'asking', '--grants', 'grants.json']

    expect(await run(args, { cwd })).toMatchObject(
      refused(4, 'The variable KEY is granted, but the environment of this process has none.'),
    )
    expect(await run(args, { cwd, env: { KEY: 'secret' } })).toMatchObject({
      stderr: expect.stringContaining('PLUGIN_LOAD_FAILED'),
    })
  })

  test('are for plugins that are served, where one is called for others too', async () => {
    const cwd = await makeAsking({ nobody: {} })
    const serve = ['serve', '--port', '0', '--plugins', 'asking', '--grants', 'grants.json']
    const tools = ['tools', desk, '--grants', 'grants.json']

    expect(await run(serve, { cwd })).toMatchObject(
      refused(2, 'There is no plugin "nobody" here; there is asking.'),
    )
    expect(await run(tools, { cwd })).toMatchObject({ code: 0 })
  })

  test('are in a file that can be read', async () => {
    const cwd = await makeAsking({})
    expect(await run(['tools', 'asking', '--grants', 'no.json'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('INPUT_NOT_READABLE'),
    })
  })

  test('leave something out, which is told once', async () => {
    const cwd = await makeAsking({ asking: { network: false, environment: ['KEY'] } })
    const args = ['run', 'asking', 'any', '--store', 'memory:']
    const env = { KEY: 'secret' }

    const { stderr } = await run([...args, '--grants', 'grants.json'], { cwd, env })
    expect(stderr).toContain(
      'holdfast: asking asks for network, OTHER, which it is not granted; see --grants\n',
    )
    expect((await run(args, { cwd, env })).stderr).toContain('asks for KEY, OTHER, which')
  })

  test('leave something out, which a server tells when it begins', async () => {
    const cwd = await makeAsking({ desk: { network: false } })
    await run(['build', desk, '--out-dir', 'desk'], { cwd })
    const file = join(cwd, 'desk/package.json')
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { holdfast: object }
    const asking = { ...manifest, holdfast: { ...manifest.holdfast, permissions } }
    await writeFile(file, JSON.stringify(asking))
    const args = ['serve', '--port', '0', '--plugins', 'desk', '--grants', 'grants.json']
    const { child, stderr, ended } = start([...args, '--store', 'memory:'], { cwd })
    const [said] = (await once(stderr.setEncoding('utf8'), 'data')) as [string]
    child.kill('SIGTERM')
    await ended

    expect(said).toContain('\n  refused  desk: network, KEY, OTHER; see --grants\n')
  })
})
