import { definePlugin } from '@holdfast/session'
import { ListTokens } from './list-tokens.ts'
import { RevokeToken } from './revoke-token.ts'
import { RotateToken } from './rotate-token.ts'
import { StoreToken } from './store-token.ts'
import { UseToken } from './use-token.ts'

export default definePlugin({
  tools: {
    'store-token': StoreToken,
    'use-token': UseToken,
    'rotate-token': RotateToken,
    'list-tokens': ListTokens,
    'revoke-token': RevokeToken,
  },
})
