import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { buildPlugin } from '../../src/build/index.ts'
import { makeFolder } from '../plugin-folder.ts'
import { readSamplePlugins } from '../samples/sample-plugins.ts'
import { sampleSteps } from '../samples/sample-steps.ts'

const program = fileURLToPath(new URL('run-samples.ts', import.meta.url))

async function runSamples(folders: readonly string[]): Promise<readonly unknown[]> {
  const args = ['--conditions=@holdfast/source', program, ...folders]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as readonly unknown[]
}

test('the sample plugins can be built, and answer as their source does', async () => {
  const plugins = await readSamplePlugins()
  const folder = await makeFolder({})
  const built: string[] = []
  for (const { id, directory } of plugins) {
    const { manifest, warnings } = await buildPlugin(directory, {
      outputDirectory: join(folder, id),
      conditions: ['@holdfast/source'],
    })
    expect(warnings).toEqual([])
    expect(manifest.bundle).toMatchObject({ format: 'script', addons: false })
    built.push(manifest.directory)
  }
  const outcomes = await runSamples(built)

  expect(outcomes).toHaveLength(sampleSteps.length)
  expect(outcomes).toEqual(await runSamples(plugins.map(({ directory }) => directory)))
})
