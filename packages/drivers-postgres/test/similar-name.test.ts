import { expect, test } from 'vitest'
import { similarName } from '../src/similar-name.ts'

const names = ['prepare', 'sslmode', 'sslrootcert'] as const

test.for([
  ['sslmod', 'sslmode'],
  ['ssl_mode', 'sslmode'],
  ['slsmode', 'sslmode'],
  ['ssl-rootcerts', 'sslrootcert'],
  ['prepared', 'prepare'],
] as const)('%s is like %s', ([typed, meant]) => {
  expect(similarName(typed, names)).toBe(meant)
})

test.for(['', 'password', 'ssl', 'sslcert'])('%j is like none of them', (typed) => {
  expect(similarName(typed, names)).toBe(undefined)
})
