import type { Command } from 'commander'
import type { BuildOptions } from './build.ts'

export function addBuildCommand(program: Command): void {
  program
    .command('build')
    .description('Build a plugin into one file that starts fast and needs nothing beside it.')
    .argument('<plugin-dir>', "the folder with the plugin's package.json")
    .option(
      '--out-dir <dir>',
      "where to write the built plugin; the folder dist in the plugin's if left out",
    )
    .option('--allow-addons', 'take native addons along, which nothing that Node.js sets can bound')
    .option('--minify', 'make names and syntax as short as can be, too')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (directory: string, options: BuildOptions) => {
      const { build } = await import('./build.ts')
      await build(directory, options)
    })
}

const help = `
The folder that it writes is a plugin: run it and serve it by its path. It holds the code and all that
it imports, V8's cache of it, a source map and the manifest. Build with the version of Node.js that
will run it, because the cache is of use to no other.

For the cache, the top level of the plugin is run once, in a process without environment,
without files but its own, and where Node.js can see to it without network.

TypeScript is understood as Node.js understands it; tsconfig.json is not read. Files that the plugin
reads when it runs are not taken along: import them, as JSON or as code.

An earlier build is replaced when the new one is done, and stays if that fails. A folder with anything
else in it is refused.

Examples:
  holdfast build ./notes --out-dir ./built/notes
  holdfast run ./built/notes recall --input '{ "name": "milk" }'
  holdfast serve --plugins ./built`
