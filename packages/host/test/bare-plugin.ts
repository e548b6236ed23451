/**
 * The code of a plugin without imports, as a build makes it, with one tool, `say`.
 *
 * @param body of the tool; `message(text)` makes what it yields
 * @param top what runs when it is loaded
 */
export function barePlugin(body: string, top = ''): string {
  return `
${top}
const message = (text) => Object.defineProperty({ type: 'text', text }, '~holdfast', { value: 'message/v1' })
class Say {
  static '~holdfast' = 'tool/v1'
  static description = ''
  static parameters = null
  static idempotent = false
  '~bind'() {}
  async *invoke() {
    ${body}
  }
}
module.exports = { '~holdfast': 'plugin/v1', tools: new Map([['say', Say]]), routes: [] }
`
}
