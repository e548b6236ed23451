import type { Plugin } from 'esbuild'

/** Of the modules that no file holds. */
export const virtualNamespace = 'holdfast'

/** The module that the bundle begins with. */
export const bundleEntry = 'holdfast:entry'

/** The module whose exports stand for `import.meta` in a script. */
export const importMeta = 'holdfast:import-meta'

/** What `import.meta` is replaced by in a script, where there is none. */
export const importMetaDefinitions: Readonly<Record<string, string>> = {
  'import.meta.url': 'holdfast_import_meta_url',
  'import.meta.dirname': 'holdfast_import_meta_dirname',
  'import.meta.filename': 'holdfast_import_meta_filename',
  'import.meta.main': 'false',
}

/** A module has no `require`; what is bundled into it may have been written for CommonJS. */
export const moduleBanner =
  "import { createRequire as holdfast_createRequire } from 'node:module'; var require = holdfast_createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;"

/** Provides the modules that no file holds. */
export function virtualModules(entryPath: string): Plugin {
  const contents = new Map([
    // An entry in CommonJS has a default export so, too, as it has for Node.
    [bundleEntry, `export { default } from ${JSON.stringify(entryPath)}`],
    [
      importMeta,
      // Only what is used stays. The names in these modules are taken, so that a plugin's own
      // "const __dirname = ..." is given another one.
      [
        "export const holdfast_import_meta_url = /* @__PURE__ */ (() => require('node:url').pathToFileURL(__filename).href)()",
        'export const holdfast_import_meta_dirname = /* @__PURE__ */ (() => __dirname)()',
        'export const holdfast_import_meta_filename = /* @__PURE__ */ (() => __filename)()',
      ].join('\n'),
    ],
  ])
  return {
    name: 'holdfast-virtual-modules',
    setup(build) {
      build.onResolve({ filter: /^holdfast:/ }, ({ path }) => ({
        path,
        namespace: virtualNamespace,
      }))
      build.onLoad({ filter: /.*/, namespace: virtualNamespace }, ({ path }) => ({
        contents: contents.get(path) ?? '',
        resolveDir: '/',
      }))
    },
  }
}

/** Refuses the packages that look for a native addon at run time. */
export function addonFinders({ allowAddons }: { readonly allowAddons: boolean }): Plugin {
  return {
    name: 'holdfast-addon-finders',
    setup(build) {
      build.onResolve({ filter: finderPattern }, ({ path, importer }) => {
        if (!allowAddons) return { errors: [{ text: addonRefused(`what ${path} finds`) }] }
        if (path === addonFinder) return undefined
        return {
          errors: [
            {
              text: `${path} looks for its addon around the file of ${importer}, which is in one with all others then: this cannot be bundled. Use a package that loads its addon by node-gyp-build or by its path`,
            },
          ],
        }
      })
    },
  }
}

/** The one of these packages that finds an addon beside a bundle, too. */
export const addonFinder = 'node-gyp-build'

/** Packages that find the addon of another one. */
const finderPattern = /^(?:bindings|node-gyp-build|node-pre-gyp|@mapbox\/node-pre-gyp)$/

/** Says that a native addon is not let in. */
export function addonRefused(what: string): string {
  return `This needs a native addon, ${what}, which runs outside all bounds that Node.js can set. Use a package without one, or build with --allow-addons, and let the plugin load it when it runs`
}
