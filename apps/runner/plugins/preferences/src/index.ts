import { definePlugin } from '@holdfast/session'
import { GetPreferences } from './get-preferences.ts'
import { ListUsers } from './list-users.ts'
import { PreferencesEndpoint } from './preferences-endpoint.ts'
import { ResetPreferences } from './reset-preferences.ts'
import { SetPreferences } from './set-preferences.ts'

export default definePlugin({
  tools: {
    'get-preferences': GetPreferences,
    'set-preferences': SetPreferences,
    'reset-preferences': ResetPreferences,
    'list-users': ListUsers,
  },
  endpoints: { '/preferences/:user': PreferencesEndpoint },
})
