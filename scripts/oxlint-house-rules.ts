/** The house rules that oxlint has no rule of its own for. */
interface Context {
  report(finding: { node: unknown; message: string }): void
}

type Visitor = Record<string, (node: unknown) => void>

const visitExportAll = (context: Context): Visitor => ({
  ExportAllDeclaration(node) {
    context.report({ node, message: 'List the exports by name: an index is a contract.' })
  },
})

const visitMutableModuleState = (context: Context): Visitor => {
  const report = (node: unknown): void => {
    context.report({ node, message: 'Keep state in an object with an owner, not in a module.' })
  }
  return {
    'Program > VariableDeclaration[kind!=/const|using/]': report,
    'Program > ExportNamedDeclaration > VariableDeclaration[kind!=/const|using/]': report,
  }
}

// oxlint takes a plugin from the default export only.
// oxlint-disable-next-line import/no-default-export
export default {
  meta: { name: 'house' },
  rules: {
    'no-export-all': { create: visitExportAll },
    'no-mutable-module-state': { create: visitMutableModuleState },
  },
}
