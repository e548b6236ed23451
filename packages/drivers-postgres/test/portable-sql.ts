import { parse } from 'libpg-query'

type Node = Readonly<Record<string, unknown>>

/** Tables without a tenant: what they hold is about the schema itself. */
const tablesOfNobody: ReadonlySet<string> = new Set(['migrations'])

const forbiddenNodes: Readonly<Record<string, string>> = {
  ListenStmt: 'LISTEN',
  NotifyStmt: 'NOTIFY',
  UnlistenStmt: 'UNLISTEN',
  CreateSeqStmt: 'a sequence',
  CreateTrigStmt: 'a trigger',
  CreateFunctionStmt: 'a function of its own',
  DoStmt: 'a DO block',
  LockStmt: 'LOCK TABLE',
  PrepareStmt: 'a statement prepared by SQL',
  DeclareCursorStmt: 'a cursor',
}

const forbiddenFunctions = /^(?:nextval|currval|setval|lastval|pg_(?:try_)?advisory.*|pg_notify)$/

/**
 * What keeps a statement from being run on any distributed PostgreSQL, and behind any pooler: found
 * by PostgreSQL's own parser. Empty for a statement that is portable.
 */
export async function findFaults(sql: string): Promise<readonly string[]> {
  const faults: string[] = []
  visit(await parse(sql), faults)
  return [...new Set(faults)]
}

function visit(value: unknown, faults: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, faults)
    return
  }
  if (!isNode(value)) return
  for (const [name, child] of Object.entries(value)) {
    if (isNode(child)) judge(name, child, faults)
    visit(child, faults)
  }
}

function judge(name: string, node: Node, faults: string[]): void {
  const forbidden = forbiddenNodes[name]
  if (forbidden !== undefined) faults.push(`uses ${forbidden}`)
  if (name === 'VariableSetStmt' && node['is_local'] !== true) faults.push('sets for its session')
  if (node['relpersistence'] === 't') faults.push('uses a temporary table')
  if (name === 'FuncCall') judgeFunction(node, faults)
  if (name === 'CreateStmt') judgeTable(node, faults)
  if (name === 'InsertStmt') judgeInsert(node, faults)
  if (name === 'SelectStmt' || name === 'UpdateStmt' || name === 'DeleteStmt') {
    judgeTenant(node, faults)
  }
}

function judgeFunction(node: Node, faults: string[]): void {
  const name = textsOf(node['funcname']).at(-1) ?? ''
  if (forbiddenFunctions.test(name)) faults.push(`calls ${name}`)
  const isLocal = JSON.stringify(listOf(node['args'])).includes('"boolval":true')
  if (name === 'set_config' && !isLocal) faults.push('sets for its session')
}

/** A table begins its primary key with the workspace. */
function judgeTable(node: Node, faults: string[]): void {
  const table = nameOf(node['relation'])
  if (tablesOfNobody.has(table)) return
  const keys = listOf(node['tableElts']).flatMap((element) => {
    const constraint = childOf(element, 'Constraint')
    return constraint?.['contype'] === 'CONSTR_PRIMARY' ? [textsOf(constraint['keys'])] : []
  })
  if (keys.length !== 1 || keys[0]?.[0] !== 'workspace') {
    faults.push(`has no primary key of ${table} that begins with the workspace`)
  }
}

function judgeInsert(node: Node, faults: string[]): void {
  const table = nameOf(node['relation'])
  if (tablesOfNobody.has(table)) return
  const columns = listOf(node['cols']).map((column) => childOf(column, 'ResTarget')?.['name'])
  if (!columns.includes('workspace')) faults.push(`writes ${table} without a workspace`)
}

/** Each table that is named is bound to a workspace: by a parameter, or by that of another table. */
function judgeTenant(node: Node, faults: string[]): void {
  const sources = [node['relation'], ...listOf(node['fromClause']), ...listOf(node['usingClause'])]
  const conditions = conjunctsOf(node['whereClause'])
  const tables = sources.flatMap((source) => tablesIn(source, conditions))
  for (const { table, alias } of tables) {
    if (tablesOfNobody.has(table)) continue
    if (!conditions.some((condition) => bindsWorkspace(condition, alias))) {
      faults.push(`reads or changes ${table} of all workspaces`)
    }
  }
}

interface NamedTable {
  readonly table: string
  readonly alias: string
}

/** The tables of a source; the conditions of its joins are added to those given. */
function tablesIn(source: unknown, conditions: Node[]): readonly NamedTable[] {
  if (!isNode(source)) return []
  const join = childOf(source, 'JoinExpr')
  if (join !== undefined) {
    conditions.push(...conjunctsOf(join['quals']))
    return [...tablesIn(join['larg'], conditions), ...tablesIn(join['rarg'], conditions)]
  }
  const range = childOf(source, 'RangeVar') ?? source
  if (range['schemaname'] !== 'holdfast') return []
  const table = nameOf(range)
  const alias = isNode(range['alias']) ? range['alias']['aliasname'] : table
  return [{ table, alias: String(alias) }]
}

function conjunctsOf(condition: unknown): Node[] {
  if (!isNode(condition)) return []
  const all = childOf(condition, 'BoolExpr')
  if (all?.['boolop'] === 'AND_EXPR') return listOf(all['args']).flatMap(conjunctsOf)
  return [condition]
}

function bindsWorkspace(condition: Node, alias: string): boolean {
  const expression = childOf(condition, 'A_Expr')
  if (expression?.['kind'] !== 'AEXPR_OP' || textsOf(expression['name']).join() !== '=')
    return false
  const sides = [expression['lexpr'], expression['rexpr']]
  return sides.some((side, index) => {
    const other = sides[1 - index]
    return isWorkspaceOf(side, alias) && (isParameter(other) || isWorkspaceOf(other, null))
  })
}

function isParameter(node: unknown): boolean {
  return isNode(node) && childOf(node, 'ParamRef') !== undefined
}

function isWorkspaceOf(node: unknown, alias: string | null): boolean {
  if (!isNode(node)) return false
  const fields = textsOf(childOf(node, 'ColumnRef')?.['fields'])
  const qualifier = fields.at(-2)
  const isOfAlias = alias === null || qualifier === undefined || qualifier === alias
  return fields.at(-1) === 'workspace' && isOfAlias
}

function nameOf(relation: unknown): string {
  return isNode(relation) ? String(relation['relname']) : ''
}

function childOf(node: unknown, name: string): Node | undefined {
  const child = isNode(node) ? node[name] : undefined
  return isNode(child) ? child : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textsOf(list: unknown): readonly string[] {
  return listOf(list).flatMap((item) => {
    const text = childOf(item, 'String')?.['sval']
    return typeof text === 'string' ? [text] : []
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
