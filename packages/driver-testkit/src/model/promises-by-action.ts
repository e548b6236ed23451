import type { PromiseNumber } from '../contract-promises.ts'
import type { ModelAction } from './model-command.ts'

/** The promises that may be broken where the answer to an action is wrong. */
export const promisesByAction: Readonly<Record<ModelAction['kind'], readonly PromiseNumber[]>> = {
  commit: ['2.3', '6.1', '6.4', '6.5', '6.6', '7.1', '7.2', '7.3', '9.1', '9.3', '9.4', '9.6'],
  get: ['1.2', '2.1', '2.2', '2.4', '2.5', '2.6', '3.1', '3.2', '3.3', '3.4', '4.1', '5.1', '6.4'],
  list: ['3.1', '6.4', '10.1', '10.2', '10.3', '10.4', '13.1'],
  'go on listing': ['11.1', '11.2', '11.3'],
  usage: ['8.1', '8.2'],
  scopes: ['4.2', '4.3', '4.4', '4.5'],
  clear: ['12.1', '12.2'],
  sweep: ['14.1', '14.2'],
  'advance the clock': [],
  'close and reopen': ['16.2'],
  'write a stream': ['20.4', '20.5'],
  'read a stream': ['20.1', '20.2'],
  'go on reading': ['20.7'],
  watch: ['21.1'],
}
