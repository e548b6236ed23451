import { join } from 'node:path'
import { buildPlugin, type BuiltPlugin } from '@holdfast/host/build'
import { escapeText } from '../escape-text.ts'
import { writeText } from '../write-text.ts'
import { writeToLog } from '../write-to.ts'

export interface BuildOptions {
  readonly outDir?: string
  readonly allowAddons?: true
  readonly minify?: true
  readonly json?: true
}

/** Builds a plugin and tells what came of it. */
export async function build(directory: string, options: BuildOptions): Promise<void> {
  const built = await buildPlugin(directory, {
    outputDirectory: options.outDir ?? join(directory, 'dist'),
    allowAddons: options.allowAddons === true,
    minify: options.minify === true,
  })
  if (options.json === true) {
    await writeText(process.stdout, `${JSON.stringify(toFacts(built))}\n`)
    return
  }
  for (const warning of built.warnings) {
    await writeToLog(`warning: ${escapeText(warning)}\n`)
  }
  await writeText(process.stdout, `${describe(built)}\n`)
}

function toFacts({ manifest, files, warnings }: BuiltPlugin): object {
  const { id, version, directory, entryPath, bundle } = manifest
  return { id, version, directory, entryPath, bundle, files, warnings }
}

function describe({ manifest, files }: BuiltPlugin): string {
  const { id, version, directory, bundle } = manifest
  const width = Math.max(...files.map(({ name }) => name.length))
  return [
    `Built ${id} ${version} in ${directory}`,
    ...files
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, bytes }) => `  ${name.padEnd(width)}  ${bytes} bytes`),
    ...(bundle?.format === 'module'
      ? [
          'It is a module, because the code awaits at its top level. Without that it would be a script, whose compiled code is kept, and start faster.',
        ]
      : []),
    ...(bundle?.addons === true
      ? ['It has native addons: whoever runs it has to grant them, by "addons": true.']
      : []),
  ].join('\n')
}
