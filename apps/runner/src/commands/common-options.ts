import { InvalidArgumentError, Option } from 'commander'
import { defaultStore } from '../store-registry.ts'

/** The workspace of whoever has only one. */
export const defaultWorkspace = 'default'

/** `--store`, with what stands behind it when it is left out. */
export function storeOption(): Option {
  return new Option(
    '--store <url>',
    'where things are stored: file:PATH, memory:, postgres://HOST/DATABASE, PACKAGE:LOCATION or ./MODULE.js#LOCATION',
  )
    .env('HOLDFAST_STORE')
    .default(defaultStore)
}

/** `--no-migrate`, for operators whose runners are not to change the schema. */
export function noMigrateOption(): Option {
  return new Option(
    '--no-migrate',
    'leave the schema of a PostgreSQL store to "holdfast migrate", and refuse one that is not up to date',
  )
}

/** `--grants`, for what plugins may use. */
export function grantsOption(): Option {
  return new Option(
    '--grants <file>',
    'JSON: what plugins may use of what they ask for, by their id, or "*" for all',
  )
}

/** `--mode`, for where plugins run. */
export function modeOption(): Option {
  return new Option(
    '--mode <mode>',
    'where plugins run: process, each in one of its own; sandbox, by bubblewrap, for each workspace one; inline, in this process, for plugins that you trust like it',
  )
    .env('HOLDFAST_MODE')
    .choices(['process', 'sandbox', 'inline'])
    .default('process')
}

/** Takes a whole number from `least` to `most` as the value of an option. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} up` : `${least} to ${most}`
    throw new InvalidArgumentError(`It must be a whole number from ${bounds}.`)
  }
}
