import { expect, it } from 'vitest'
import { parseConditions } from '../../src/launch/parse-conditions.ts'

it.each([
  [['--conditions=a', '--conditions', 'b', '-C', 'c', '--no-warnings', '-C', 'd'], ''],
  [['--import', 'x', '-C', 'c', '-C', 'd'], '--conditions=a  -C b'],
  [['-C', 'a', '-C', 'b', '-C', 'c', '-C', 'd'], '--conditions=a'],
])('reads the conditions of %j and NODE_OPTIONS "%s"', (execArgv, nodeOptions) => {
  expect(parseConditions(execArgv, nodeOptions)).toEqual(['a', 'b', 'c', 'd'])
})

it('reads none where there are none', () => {
  expect(parseConditions(['--no-warnings'], '')).toEqual([])
})
