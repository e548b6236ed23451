import { definePlugin } from '@holdfast/session'
import { AppendMessage } from './append-message.ts'
import { ForgetConversation } from './forget-conversation.ts'
import { History } from './history.ts'
import { ListConversations } from './list-conversations.ts'

export default definePlugin({
  tools: {
    'append-message': AppendMessage,
    history: History,
    'list-conversations': ListConversations,
    'forget-conversation': ForgetConversation,
  },
})
