import { limits, parseWorkspaceId, type WorkspaceId } from '@holdfast/core'
import { type DriverUnderTest, wrapSubject } from '@holdfast/driver-testkit'
import { prefixWorkspaces, renameWorkspaces, type WorkspaceNames } from './scope-prefix.ts'

const prefix = 'tenant-7-'

/** A driver whose workspaces have a prefix, as the kit meets it. */
export function prefixedSubject(subject: DriverUnderTest): DriverUnderTest {
  const names = withRoomFor(prefix)
  return wrapSubject(subject, `${subject.name} with a scope prefix`, (driver) =>
    renameWorkspaces(prefixWorkspaces(driver, prefix), names),
  )
}

/**
 * The kit uses ids of full length, and a prefix leaves less room. So that no check has to be left
 * out, those ids are cut here to what is left, and are whole again on their way out.
 */
function withRoomFor({ length }: string): WorkspaceNames {
  const mostLeft = limits.maxWorkspaceIdLength - length
  const whole = new Map<WorkspaceId, WorkspaceId>()
  return {
    inward(workspace) {
      if (workspace.length <= mostLeft) return workspace
      const cut = parseWorkspaceId(workspace.slice(0, mostLeft))
      if ((whole.get(cut) ?? workspace) !== workspace) throw new Error(`Two ids become ${cut}.`)
      whole.set(cut, workspace)
      return cut
    },
    outward: (workspace) => whole.get(workspace) ?? workspace,
  }
}
