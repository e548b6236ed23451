import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Makes a folder of files for one test and removes it after the test. */
export async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return folder
}

/** A plugin's folder with this manifest and an entry that nothing may run. */
export function makePluginFolder(
  holdfast: unknown,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  return makeFolder({
    'package.json': JSON.stringify({
      name: 'a-plugin',
      version: '1.2.3',
      type: 'module',
      holdfast,
    }),
    'index.js': "throw new Error('The entry ran.')",
    ...files,
  })
}
