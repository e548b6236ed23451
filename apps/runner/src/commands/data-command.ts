import { type StoreName, storeNames } from '@holdfast/core'
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { GetOptions } from '../data/get.ts'
import type { ListOptions } from '../data/list.ts'
import type { PutOptions } from '../data/put.ts'
import type { RemoveOptions } from '../data/remove.ts'
import type { StatOptions } from '../data/stat.ts'
import { defaultWorkspace, storeOption, wholeNumber } from './common-options.ts'

export function addDataCommand(program: Command, signal: AbortSignal): void {
  const data = program
    .command('data')
    .description('Look into what plugins stored, and change it.')
    .addHelpText('after', help)

  withStoreUrl(data.command('ls'))
    .description('List the keys of a plugin; without --plugin, who has stored how much.')
    .argument('[prefix]', 'only keys that begin with this text')
    .option('--plugin <id>', 'whose keys to list')
    .option('--workspace <id>', `of which tenant; with --plugin, "${defaultWorkspace}" if left out`)
    .addOption(storeNameOption('which of its two stores; both if left out'))
    .option('--limit <n>', 'list so many at most, and say where the rest begins', wholeNumber(1))
    .option('--cursor <cursor>', 'begin where a list with --limit ended')
    .addHelpText('after', examples('ls', 'ls --plugin files photos/ --limit 20'))
    .action(async (prefix: string | undefined, options: ListOptions) => {
      const { list } = await import('../data/list.ts')
      await list(prefix, options, signal)
    })

  withScopeOptions(data.command('get'))
    .description('Write a value to stdout, byte for byte; to a terminal as text.')
    .argument('<key>')
    .addHelpText('after', examples('get --plugin files cat.png > cat.png'))
    .action(async (key: string, options: GetOptions) => {
      const { get } = await import('../data/get.ts')
      await get(key, options, signal)
    })

  withScopeOptions(data.command('put'))
    .description('Store a value: --value, --file or stdin.')
    .argument('<key>')
    .addArgument(new Argument('[stdin]', 'a "-": take the value from stdin').choices(['-']))
    .option('--value <text>', 'the value itself')
    .option('--file <file>', 'the file with the value')
    .option('--content-type <type>', 'its media type, such as image/png')
    .option('--expires-in-ms <n>', 'after how many milliseconds it is gone', wholeNumber(1))
    .addOption(
      new Option('--if-version <version>', 'only if the key has this version').conflicts(
        'ifAbsent',
      ),
    )
    .option('--if-absent', 'only if the key is not there')
    .option('--quota-bytes <n>', 'only if the plugin then holds so many at most', wholeNumber(0))
    .addHelpText(
      'after',
      examples(
        'put --plugin files cat.png --file cat.png --content-type image/png',
        `put --plugin notes --store-name persistent_store milk --value '"two bottles"'`,
      ),
    )
    .action(async (key: string, stdin: '-' | undefined, options: PutOptions) => {
      const { put } = await import('../data/put.ts')
      await put(key, stdin, options, signal)
    })

  withScopeOptions(data.command('rm'))
    .description('Remove keys, all or none. To remove what is not there is no error.')
    .argument('<key...>')
    .addHelpText('after', examples('rm --plugin files cat.png dog.png'))
    .action(async (keys: readonly string[], options: RemoveOptions) => {
      const { remove } = await import('../data/remove.ts')
      await remove(keys, options, signal)
    })

  withScopeOptions(data.command('stat'))
    .description('Show all of an entry but its value; without a key, what the store holds.')
    .argument('[key]')
    .addHelpText('after', examples('stat --plugin files cat.png', 'stat --plugin files'))
    .action(async (key: string | undefined, options: StatOptions) => {
      const { stat } = await import('../data/stat.ts')
      await stat(key, options, signal)
    })
}

function withScopeOptions(command: Command): Command {
  const storage: StoreName = 'storage'
  return withStoreUrl(
    command
      .requiredOption('--plugin <id>', 'whose data')
      .option('--workspace <id>', 'of which tenant', defaultWorkspace)
      .addOption(storeNameOption('which of its two stores').default(storage)),
  )
}

function withStoreUrl(command: Command): Command {
  return command.addOption(storeOption()).option('--json', 'print one JSON object')
}

function storeNameOption(description: string): Option {
  return new Option('--store-name <name>', description)
    .choices(storeNames)
    .argParser(parseStoreName)
}

function parseStoreName(name: string): StoreName {
  // As plugins write it.
  const wanted = name === 'session.storage' ? 'storage' : name
  const found = storeNames.find((known) => known === wanted)
  if (found !== undefined) return found
  throw new InvalidArgumentError(`Allowed choices are ${storeNames.join(', ')}.`)
}

function examples(...commands: readonly string[]): string {
  return ['', 'Examples:', ...commands.map((command) => `  holdfast data ${command}`)].join('\n')
}

const help = `
Keys and JSON are held to the rules that plugins are held to. A plugin's quota is not: whoever puts
something here is its operator. --quota-bytes sets one.

Each command explains itself: holdfast data put --help`
