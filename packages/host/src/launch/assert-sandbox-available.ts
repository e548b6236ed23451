import { HoldfastError } from '@holdfast/core'
import type { LaunchEnvironment } from './launch-environment.ts'
import type { SandboxTools } from './probe-sandbox.ts'

/** An environment in which sandboxes work. */
export interface SandboxEnvironment extends LaunchEnvironment {
  readonly sandbox: SandboxTools
}

/**
 * Makes sure that sandboxes work here.
 *
 * @throws {@link HoldfastError} `SANDBOX_UNAVAILABLE`, with what to do
 */
export function assertSandboxAvailable(
  environment: LaunchEnvironment,
): asserts environment is SandboxEnvironment {
  const { sandbox } = environment
  if (!('reason' in sandbox)) return
  throw new HoldfastError(
    'SANDBOX_UNAVAILABLE',
    `The mode "sandbox" does not work here: ${sandbox.reason}. ${adviceFor(sandbox.reason)}`,
    { context: { reason: sandbox.reason } },
  )
}

function adviceFor(reason: string): string {
  const needsNamespaces = /namespace|uid map|permission|permitted/i.test(reason)
  return needsNamespaces
    ? 'Let the host make user namespaces: set the sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone to 1 and kernel.apparmor_restrict_unprivileged_userns to 0 where there are such; in a container, allow it by the seccomp profile. Or choose the mode "process".'
    : 'See to that, or choose the mode "process".'
}
