import { relative, resolve } from 'node:path'
import {
  build,
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  type Message,
} from 'esbuild'
import type { PluginBundle, PluginManifest } from '../manifest/plugin-manifest.ts'
import { bundleFailed, describeMessage } from './build-failed.ts'
import {
  addonFinder,
  addonFinders,
  addonRefused,
  bundleEntry,
  importMeta,
  importMetaDefinitions,
  moduleBanner,
  virtualModules,
} from './bundler-plugins.ts'

/** How a plugin is bundled. */
export interface BundleOptions {
  /** Where the files will be, absolute: the source map names the sources from there. */
  readonly outputDirectory: string
  readonly allowAddons: boolean
  readonly minify: boolean
  readonly conditions: readonly string[]
}

/** What the bundler made, in memory. */
export interface Bundle {
  readonly format: PluginBundle['format']
  /** By their name in the output folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Files that look for a native addon of their package when they run, absolute. */
  readonly addonFinders: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Bundles a plugin into one file: a script where that is possible, as V8 can cache its code, and a
 * module where the code awaits at its top level.
 *
 * @throws {@link HoldfastError} `BUILD_FAILED`
 */
export async function bundlePlugin(
  manifest: PluginManifest,
  options: BundleOptions,
): Promise<Bundle> {
  const script = await tryBundle('script', manifest, options)
  if (!isFailure(script)) return script
  // A module can be all that a script can be, so what is wrong with that one is wrong with both.
  const module = await tryBundle('module', manifest, options)
  if (isFailure(module)) throw bundleFailed(manifest, withAddonsNamed(module), module)
  return module
}

function isFailure(outcome: Bundle | BuildFailure): outcome is BuildFailure {
  return outcome instanceof Error
}

async function tryBundle(
  format: Bundle['format'],
  manifest: PluginManifest,
  options: BundleOptions,
): Promise<Bundle | BuildFailure> {
  try {
    const result = await build(buildOptions(format, manifest, options))
    return toBundle(format, result, manifest, options)
  } catch (error) {
    if (error instanceof Error && 'errors' in error) return error as BuildFailure
    throw error
  }
}

function buildOptions(
  format: Bundle['format'],
  manifest: PluginManifest,
  { outputDirectory, allowAddons, minify, conditions }: BundleOptions,
) {
  return {
    absWorkingDir: manifest.directory,
    entryPoints: [{ in: bundleEntry, out: 'plugin' }],
    outdir: outputDirectory,
    assetNames: '[name]-[hash]',
    bundle: true,
    platform: 'node',
    target: 'node24',
    conditions: [...conditions],
    // As Node strips types, whatever a tsconfig.json says: what runs in development is what is built.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    sourcemap: 'linked',
    // It is read for traces of errors, which need lines and no text.
    sourcesContent: false,
    // One character of a comment that is not ASCII would have V8 hold all of the text in two bytes each.
    minifyWhitespace: true,
    legalComments: 'external',
    minifyIdentifiers: minify,
    minifySyntax: minify,
    keepNames: minify,
    loader: allowAddons ? { '.node': 'copy' } : {},
    plugins: [virtualModules(manifest.entryPath), addonFinders({ allowAddons })],
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...(format === 'script'
      ? {
          format: 'cjs',
          outExtension: { '.js': '.cjs' },
          inject: [importMeta],
          define: { ...importMetaDefinitions },
          // Node's import takes all that a script exports for the default export.
          footer: { js: 'module.exports = module.exports.default;' },
        }
      : { format: 'esm', outExtension: { '.js': '.mjs' }, banner: { js: moduleBanner } }),
  } satisfies BuildOptions
}

type Result = BuildResult<ReturnType<typeof buildOptions>>

function toBundle(
  format: Bundle['format'],
  { outputFiles, metafile, warnings }: Result,
  { directory }: PluginManifest,
  { outputDirectory }: BundleOptions,
): Bundle {
  const inputs = Object.entries(metafile.inputs)
  const finders = inputs.filter(([, { imports }]) =>
    imports.some(({ original }) => original === addonFinder),
  )
  return {
    format,
    files: new Map(
      outputFiles.map(({ path, contents }) => [relative(outputDirectory, path), contents]),
    ),
    addonFinders: finders.map(([path]) => resolve(directory, path)),
    warnings: warnings.map(describeMessage),
  }
}

/** That there is no loader for the files of addons is how the bundler tells of one. */
function withAddonsNamed(failure: BuildFailure): readonly Message[] {
  return failure.errors.map((message) => {
    const addon = /^No loader is configured for "\.node" files: (?<path>.*)$/.exec(message.text)
    const path = addon?.groups?.['path']
    return path === undefined ? message : { ...message, text: addonRefused(path) }
  })
}
