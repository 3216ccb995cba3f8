// Made by `npm run openapi` from docs/openapi.json; not to be changed by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A user as somebody who is given conversations. */
        Agent: {
            /**
             * Format: int32
             * @description Open conversations that they are given at most.
             */
            capacity: number;
            id: components["schemas"]["UserId"];
            name: string;
            reason?: components["schemas"]["StatusReason"] | null;
            /** @description Since when `state` holds. */
            since: components["schemas"]["Timestamp"];
            /** @description The tags that they are good at: languages, products, whatever conversations are tagged with. */
            skills?: components["schemas"]["TagId"][];
            /** @description How they stand: `status`, but offline while they have no dashboard open. */
            state: components["schemas"]["AgentStatus"];
            /** @description As they (or the hub, or a supervisor) chose it. */
            status: components["schemas"]["AgentStatus"];
        };
        /** @description How an agent fares. */
        AgentFigures: {
            /** Format: int32 */
            capacity: number;
            id: components["schemas"]["UserId"];
            name: string;
            /**
             * Format: int32
             * @description Open conversations that they have, of all teams.
             */
            open: number;
            /**
             * Format: int32
             * @description Those of this team.
             */
            open_here: number;
            reason?: components["schemas"]["StatusReason"] | null;
            /**
             * Format: int32
             * @description Answers to contacts within the last 60 minutes, in all teams.
             */
            replies: number;
            /** @description Since when `state` holds. */
            since: components["schemas"]["Timestamp"];
            state: components["schemas"]["AgentStatus"];
        };
        /**
         * @description How an agent stands. Only those who are online are given conversations.
         * @enum {string}
         */
        AgentStatus: "online" | "away" | "busy" | "offline";
        /** @description From where on a team's line needs its supervisor; null: that does not matter. */
        Alerts: {
            /**
             * Format: int32
             * @description More than so many conversations are late.
             */
            breached?: number | null;
            /** @description On the desktop as well, where the browser allows it. */
            desktop: boolean;
            /**
             * Format: int32
             * @description Somebody waits longer than so many minutes.
             */
            wait_minutes?: number | null;
            /**
             * Format: int32
             * @description More than so many wait.
             */
            waiting?: number | null;
        };
        /** @description Whether the process lives. */
        Alive: {
            status: string;
        };
        /** @description A challenge and what answers it. */
        Answer: {
            challenge: string;
            /** @description Of the authenticator app, or a recovery code. */
            code: string;
        };
        /** @example key_0c3h7k9m2p4r6 */
        ApiKeyId: string;
        /** @description A key as admins see it. */
        ApiKeyView: {
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            id: components["schemas"]["ApiKeyId"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description The name of who made it; it ends when they are locked out. Null for keys of old. */
            made_by?: string | null;
            name: string;
            /** @description How the key begins, to recognise it. */
            prefix: string;
            role: components["schemas"]["Role"];
        };
        /** @description Who did it, as they were called then. */
        AuditActor: {
            id?: string | null;
            /** @description `user`, `api_key` or `system`. */
            kind: string;
            name: string;
        };
        /** @example aud_0c3h7k9m2p4r6 */
        AuditId: string;
        /** @description One line of the audit log. */
        AuditLine: {
            /** @description For example `conversation.closed`. */
            action: string;
            actor: components["schemas"]["AuditActor"];
            at: components["schemas"]["Timestamp"];
            /** @description What changed; no secrets. */
            details: components["schemas"]["Json"];
            id: components["schemas"]["AuditId"];
            /** @description The id of what was changed. */
            subject: string;
        };
        /** @description Who wrote a message. */
        Author: {
            /** @description `usr_…`, `key_…` or `con_…`, when there is one. */
            id?: string | null;
            name?: string | null;
            type: components["schemas"]["AuthorKind"];
        };
        /**
         * @description The kinds of authors.
         * @enum {string}
         */
        AuthorKind: "contact" | "user" | "api_key" | "bot" | "app" | "system";
        /** @description The caller's present password. */
        BeginTwoFactor: {
            password: string;
        };
        /** @description Who it is, by both proofs. */
        BothProofs: {
            /** @description Of the app, or a recovery code. */
            code: string;
            password: string;
        };
        /** @description A text at hand. */
        CannedResponse: {
            id: components["schemas"]["CannedResponseId"];
            owner_id?: components["schemas"]["UserId"] | null;
            /** @description What is written after the slash. */
            shortcut: string;
            /**
             * @description With `{{contact.name}}`, `{{contact.first_name}}`, `{{contact.phone}}`, `{{agent.name}}` and
             *     `{{agent.first_name}}` to be filled in.
             */
            text: string;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @example can_0c3h7k9m2p4r6 */
        CannedResponseId: string;
        /** @description What is to be shown with a code, at `/auth/login/two-factor`. */
        Challenge: {
            challenge: string;
            /**
             * Format: int64
             * @description Seconds until it is too late.
             */
            expires_in: number;
            /** @description Always true. */
            two_factor_required: boolean;
        };
        /** @description What changes about an agent; absent means unchanged. */
        ChangeAgent: {
            /**
             * Format: int32
             * @description Open conversations that they are given at most.
             */
            capacity?: number | null;
            /** @description The tags that they are good at: all of them, instead of those that they have now. */
            skills?: components["schemas"]["TagId"][] | null;
            status?: components["schemas"]["AgentStatus"] | null;
        };
        /** @description What agents may change about contacts. */
        ChangeContact: {
            /** @description Null or blank: the name that the contact gave. */
            name?: string | null;
        };
        /** @description What a person changes; absent means unchanged. */
        ChangeConversation: {
            /** @description Users who are told of it like of their own. */
            add_participants?: components["schemas"]["UserId"][];
            add_tags?: components["schemas"]["TagId"][];
            assignee_id?: components["schemas"]["UserId"] | null;
            priority?: components["schemas"]["Priority"] | null;
            remove_participants?: components["schemas"]["UserId"][];
            remove_tags?: components["schemas"]["TagId"][];
            snoozed_until?: components["schemas"]["Timestamp"] | null;
            status?: components["schemas"]["ConversationStatus"] | null;
            team_id?: components["schemas"]["TeamId"] | null;
        };
        /** @description What a user may change about themselves. */
        ChangeMe: {
            /** @description In which they want the pages: a language tag, or `system` for the browser's. */
            language?: string | null;
            name?: string | null;
        };
        /** @description The present password and the one to be. */
        ChangePassword: {
            current: string;
            new: string;
        };
        /** @description What is to change; what is absent stays. */
        ChangeScheduled: {
            message?: components["schemas"]["MessageObject"] | null;
            send_at?: components["schemas"]["Timestamp"] | null;
            unless_reply?: boolean | null;
        };
        /** @description What is to change; what is absent stays. */
        ChangeSession: {
            access_token?: string | null;
            app_secret?: string | null;
            business_account_id?: string | null;
            name?: string | null;
            status?: components["schemas"]["SessionStatus"] | null;
            verify_token?: string | null;
        };
        /** @description What changes about a tag; absent means unchanged. */
        ChangeTag: {
            color?: components["schemas"]["TagColor"] | null;
            name?: string | null;
        };
        /** @description What changes about a team; absent means unchanged. */
        ChangeTeam: {
            /** @description Null: none. */
            away_message?: string | null;
            hours?: components["schemas"]["Hours"] | null;
            /** @description All of them, instead of those who are in it now. */
            member_ids?: components["schemas"]["UserId"][] | null;
            name?: string | null;
            routing?: components["schemas"]["Routing"] | null;
            /** @description All numbers whose conversations are its while they have no team; another team loses them. */
            session_ids?: components["schemas"]["SessionId"][] | null;
            sla?: components["schemas"]["Sla"] | null;
        };
        /** @description What admins may change about others. */
        ChangeUser: {
            disabled?: boolean | null;
            /** @description Whether the API keys that they made go on when they may make them no longer. */
            keep_api_keys?: boolean;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description A view written anew. */
        ChangeView: {
            /** @description In the words of `GET /conversations`. */
            filters: components["schemas"]["ViewFilters"];
            /** @description At most 60 characters; no two of one owner's, whatever the case. */
            name: string;
            /**
             * Format: int64
             * @description Absent: where it is.
             */
            position?: number | null;
            /** @description Everybody's, which needs a supervisor; else the caller's own. */
            shared?: boolean;
        };
        /** @description The nodes of this installation. */
        ClusterView: {
            /** @description Whether this node hears the others; null without Redis. */
            bus?: boolean | null;
            /**
             * Format: int64
             * @description How long the database took to answer, in milliseconds.
             */
            database_ms: number;
            /** @description Whether this is a hub of its own, which shares its database with nobody. */
            embedded: boolean;
            nodes: components["schemas"]["NodeView"][];
        };
        /** @description A code that the app shows now. */
        ConfirmTwoFactor: {
            code: string;
        };
        /** @description A contact in full. */
        Contact: {
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["ContactId"];
            identities: components["schemas"]["Identity"][];
            /** @description The name given by an agent, else the profile name. */
            name?: string | null;
            opted_out_at?: components["schemas"]["Timestamp"] | null;
            /** @description E.164 digits without `+`, when known. */
            phone?: string | null;
            updated_at: components["schemas"]["Timestamp"];
            /** @description The business-scoped user id, when known. */
            user_id?: string | null;
            /** @description The WhatsApp username, when the contact has one. */
            username?: string | null;
        };
        /** @description A contact as a conversation shows it. */
        ContactBrief: {
            id: components["schemas"]["ContactId"];
            name?: string | null;
            phone?: string | null;
            user_id?: string | null;
            username?: string | null;
        };
        /** @example con_0c3h7k9m2p4r6 */
        ContactId: string;
        /** @description Where a message comes from besides its sender (CLOUD_API section 4.3). */
        Context: {
            forwarded?: boolean;
            frequently_forwarded?: boolean;
            referral?: components["schemas"]["Json"] | null;
            referred_product?: components["schemas"]["Json"] | null;
        };
        /** @description A conversation in the shape that API clients and sockets see. */
        Conversation: {
            assignee?: components["schemas"]["UserBrief"] | null;
            contact: components["schemas"]["ContactBrief"];
            created_at: components["schemas"]["Timestamp"];
            first_reply_at?: components["schemas"]["Timestamp"] | null;
            id: components["schemas"]["ConversationId"];
            last_message?: components["schemas"]["LastMessage"] | null;
            /** @description When it was opened: with its first message, or when it came back after it was closed. */
            opened_at?: components["schemas"]["Timestamp"];
            /** @description Who takes part in it beside the assignee, by their ids: they are told of it like of their own. */
            participants?: components["schemas"]["UserId"][];
            priority?: components["schemas"]["Priority"];
            reserved_until?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The number of the last event that changed this row; a higher one replaces a lower.
             */
            seq: number;
            session_id: components["schemas"]["SessionId"];
            /** @description What its team promised the contact and is nearly due, or late. */
            sla?: components["schemas"]["SlaMark"][];
            snoozed_until?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["ConversationStatus"];
            /** @description Of `GET /tags`, where their names are. */
            tags: components["schemas"]["TagId"][];
            team?: components["schemas"]["TeamBrief"] | null;
            /**
             * Format: int32
             * @description Customer messages since somebody looked.
             */
            unread: number;
            /** @description The time of the last activity: the order of the inbox. */
            updated_at: components["schemas"]["Timestamp"];
            waiting_since?: components["schemas"]["Timestamp"] | null;
            window_expires_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @example cnv_0c3h7k9m2p4r6 */
        ConversationId: string;
        /**
         * @description Whether somebody has to do something.
         * @enum {string}
         */
        ConversationStatus: "open" | "pending" | "snoozed" | "closed";
        /** @description What the key is for, and what it may do. */
        CreateApiKey: {
            expires_at?: components["schemas"]["Timestamp"] | null;
            name: string;
            role: components["schemas"]["Role"];
        };
        /** @description A number to connect, with the credentials of its Meta app. */
        CreateSession: {
            access_token: string;
            app_secret: string;
            business_account_id: string;
            name: string;
            phone_number_id: string;
            /** @description `cloud_api`. */
            provider: string;
            /** @description Absent: a fresh one is made. */
            verify_token?: string | null;
        };
        /** @description A new tag. */
        CreateTag: {
            color?: components["schemas"]["TagColor"] | null;
            /** @description No two of a kind, whatever the case. */
            name: string;
        };
        /** @description A new team. */
        CreateTeam: {
            /** @description What a contact is told who writes while it is closed; null: nothing. */
            away_message?: string | null;
            hours?: components["schemas"]["Hours"] | null;
            member_ids?: components["schemas"]["UserId"][];
            name: string;
            routing?: components["schemas"]["Routing"] | null;
            /** @description Numbers whose conversations are its while they have no team; another team loses them. */
            session_ids?: components["schemas"]["SessionId"][];
            sla?: components["schemas"]["Sla"] | null;
        };
        /** @description A view to be kept. */
        CreateView: {
            /** @description In the words of `GET /conversations`. */
            filters: components["schemas"]["ViewFilters"];
            /** @description At most 60 characters; no two of one owner's, whatever the case. */
            name: string;
            /** @description Everybody's, which needs a supervisor; else the caller's own. */
            shared?: boolean;
        };
        /** @description A fresh key; shown this once. */
        CreatedApiKey: {
            api_key: components["schemas"]["ApiKeyView"];
            /** @description For `X-Api-Key`. */
            key: string;
        };
        /** @description A fresh invitation; its link is shown this once. */
        CreatedInvitation: {
            invitation: components["schemas"]["InvitationView"];
            url: string;
        };
        /** @description An account that everybody may use. */
        Demo: {
            email: string;
            password: string;
        };
        /**
         * @description Which way a message goes.
         * @enum {string}
         */
        Direction: "inbound" | "outbound" | "note";
        /** @description What a person began to write in a conversation. */
        Draft: {
            conversation_id: components["schemas"]["ConversationId"];
            /** @description The note is what is being written. */
            is_note: boolean;
            /** @description Colleagues whom the note is to call. */
            mentions: components["schemas"]["UserId"][];
            /** @description Of the note; empty when there is none. */
            note_text: string;
            reply_to?: components["schemas"]["MessageId"] | null;
            /**
             * Format: int64
             * @description Rises by one with each write of this draft; a higher one replaces a lower.
             */
            revision: number;
            /** @description Of the reply; empty when there is none. */
            text: string;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description What happens to a conversation that is late. */
        Escalation: {
            priority?: components["schemas"]["Priority"] | null;
            team_id?: components["schemas"]["TeamId"] | null;
        };
        /** @description Why a message failed and what to do about it. */
        Failure: {
            /** @description What the agent can do. */
            advice: string;
            /**
             * Format: int64
             * @description The provider's code.
             */
            code: number;
            title: string;
        };
        /** @description One field that is not as it should be. */
        FieldError: {
            /** @description Where, as a path into the body (`template.language`). */
            field: string;
            /** @description What is wrong, in a sentence. */
            message: string;
        };
        /** @description A message to somebody who may be new: the message object with the number to send from and a recipient. */
        FirstMessage: Record<string, never> & {
            /** @description A business-scoped user id (`US.1A2B`). */
            recipient?: string | null;
            session_id: components["schemas"]["SessionId"];
            /** @description A phone number with country code (`+49…`); wins when `recipient` is there too. */
            to?: string | null;
        };
        /** @description Whose password is lost. */
        ForgotPassword: {
            email: string;
        };
        /**
         * @description What a team promised.
         * @enum {string}
         */
        Goal: "first_reply" | "reply" | "resolution";
        /** @description A session's health as people see it. */
        Health: {
            checked_at?: components["schemas"]["Timestamp"] | null;
            last_webhook_at?: components["schemas"]["Timestamp"] | null;
            /** @description `GREEN`, `YELLOW`, `RED` or `UNKNOWN`, as the provider rates the number. */
            quality?: string | null;
            /** @description What is wrong, in a sentence. */
            reason?: string | null;
            state: components["schemas"]["HealthState"];
        };
        /**
         * @description Whether a number works.
         * @enum {string}
         */
        HealthState: "ok" | "unknown" | "token_invalid" | "limited" | "blocked" | "webhook_silent";
        /** @description A message that was found. */
        Hit: {
            /** @description Whom the conversation is with. */
            contact: components["schemas"]["ContactBrief"];
            /** @description The piece of the message that shows the words, cut where they begin and end. */
            excerpt: components["schemas"]["Stretch"][];
            message: components["schemas"]["Message"];
        };
        /** @description A day on which a team is closed. */
        Holiday: {
            /** Format: date */
            date: string;
            name?: string;
        };
        /** @description When a team is at work. */
        Hours: {
            /** @description Days on which it is closed all the same. */
            holidays?: components["schemas"]["Holiday"][];
            /** @description By its IANA name, for example `America/Sao_Paulo`. */
            time_zone: string;
            /** @description Seven days, Monday first; a day without opening times is closed. */
            week: components["schemas"]["Opening"][][];
        };
        /** @description One name under which WhatsApp addresses a person. */
        Identity: {
            kind: components["schemas"]["IdentityKind"];
            /** @description As WhatsApp wrote it. */
            value: string;
        };
        /**
         * @description The kinds of names under which WhatsApp addresses a person.
         * @enum {string}
         */
        IdentityKind: "phone" | "user_id" | "lid";
        /** @example inv_0c3h7k9m2p4r6 */
        InvitationId: string;
        /** @description What the page of an invitation shows. */
        InvitationInfo: {
            email: string;
            /** @description The name of the organization. */
            organization: string;
            role: components["schemas"]["Role"];
        };
        /**
         * @description Whether the mail server took an invitation.
         * @enum {string}
         */
        InvitationMail: "sent" | "failed";
        /** @description An invitation that waits for an answer. */
        InvitationView: {
            created_at: components["schemas"]["Timestamp"];
            email: string;
            expires_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["InvitationId"];
            /** @description The name of whoever invited. */
            invited_by: string;
            mail?: components["schemas"]["InvitationMail"] | null;
            role: components["schemas"]["Role"];
        };
        /** @description Whom to invite, and as what. */
        Invite: {
            email: string;
            role: components["schemas"]["Role"];
            /** @description The hub sends it by mail, if it can (`mail` of `GET /setup`). */
            send_mail?: boolean;
        };
        /** @example job_0c3h7k9m2p4r6 */
        JobId: string;
        Json: unknown;
        /** @description The line under the contact's name. */
        LastMessage: {
            at: components["schemas"]["Timestamp"];
            direction: components["schemas"]["Direction"];
            id: components["schemas"]["MessageId"];
            status: components["schemas"]["MessageStatus"];
            /** @description At most 200 characters. */
            text?: string | null;
            type: string;
        };
        /** @description A message to be sent later. */
        LeaveMessage: {
            message: components["schemas"]["MessageObject"];
            /** @description When; a year ahead at most. One that could not be sent for six hours after it is not sent any more. */
            send_at: components["schemas"]["Timestamp"];
            /** @description Not to be sent if the contact writes before. Whoever changes the message later knows what was written until then. */
            unless_reply?: boolean;
        };
        /** @description An address of a file that works for some minutes. */
        Link: {
            expires_at: components["schemas"]["Timestamp"];
            url: string;
        };
        /** @description Who somebody is. */
        LogIn: {
            /**
             * @description Of the authenticator app, or a recovery code: gives tokens at once, and gets its user past a lock that strangers' wrong
             *     passwords have put on the account.
             */
            code?: string | null;
            email: string;
            password: string;
        };
        /** @description What a right password leads to. */
        LoggedIn: components["schemas"]["Tokens"] | components["schemas"]["Challenge"];
        /** @example lgn_0c3h7k9m2p4r6 */
        LoginId: string;
        /** @description A place where the caller is signed in. */
        LoginView: {
            /** @description From where, then; null for a log-in from before this was kept. */
            address?: string | null;
            /** @description What the program calls itself (its user agent), shortened. */
            client?: string | null;
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            id: components["schemas"]["LoginId"];
            /** @description When it last fetched fresh tokens. */
            last_used_at: components["schemas"]["Timestamp"];
        };
        /** @description Steps that are done together. */
        Macro: {
            actions: components["schemas"]["MacroAction"][];
            id: components["schemas"]["MacroId"];
            name: string;
            owner_id?: components["schemas"]["UserId"] | null;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description A step of a macro. */
        MacroAction: {
            /** @enum {string} */
            do: "send_text";
            /** @description With the names of canned responses to be filled in. */
            text: string;
        } | {
            /** @enum {string} */
            do: "write_note";
            /** @description With the names of canned responses to be filled in. */
            text: string;
        } | {
            /** @description `me`, a user's id, or null for nobody. */
            assignee: string | null;
            /** @enum {string} */
            do: "assign";
        } | {
            /** @enum {string} */
            do: "set_team";
            team: components["schemas"]["TeamId"] | null;
        } | {
            /** @enum {string} */
            do: "set_status";
            /** @description Not `snoozed`, which is a step of its own. */
            status: components["schemas"]["ConversationStatus"];
        } | {
            /** @enum {string} */
            do: "snooze";
            /**
             * Format: int32
             * @description From when the macro is run.
             */
            minutes: number;
        } | {
            /** @enum {string} */
            do: "set_priority";
            priority: components["schemas"]["Priority"];
        } | {
            /** @enum {string} */
            do: "add_tags";
            tags: components["schemas"]["TagId"][];
        } | {
            /** @enum {string} */
            do: "remove_tags";
            tags: components["schemas"]["TagId"][];
        };
        /** @example mac_0c3h7k9m2p4r6 */
        MacroId: string;
        /** @description What came of a macro. */
        MacroRun: {
            /** @description As it is now. */
            conversation: components["schemas"]["Conversation"];
            /** @description What was said, in its order. */
            messages: components["schemas"]["Message"][];
        };
        /** @description What is to be so. */
        MarkSeen: {
            /** @description False: seen up to the last message. True: to be looked at again. */
            unread: boolean;
        };
        /** @description Who calls, and where. */
        Me: {
            /** @description Of the pages: a language tag, or `system` for the browser's; null when never chosen. */
            language?: string | null;
            organization: components["schemas"]["OrganizationView"];
            user: components["schemas"]["UserView"];
        };
        /** @description A file of a message. */
        Media: {
            animated: boolean;
            /** @description Why it is not there. */
            error?: string | null;
            filename?: string | null;
            id: components["schemas"]["MediaId"];
            mime_type: string;
            /**
             * Format: int64
             * @description Bytes, once stored.
             */
            size?: number | null;
            state: components["schemas"]["MediaState"];
            /** @description Where to get it: signed, valid for 5 minutes, relative to the hub; empty until signed by the edge. */
            url?: string | null;
            /** @description A voice note rather than an audio file. */
            voice: boolean;
        };
        /** @example med_0c3h7k9m2p4r6 */
        MediaId: string;
        /**
         * @description Whether a file is there.
         * @enum {string}
         */
        MediaState: "pending" | "stored" | "failed" | "expired";
        /** @description A note that calls somebody. */
        Mention: {
            /** @description Whom the conversation is with. */
            contact: components["schemas"]["ContactBrief"];
            /** @description The note. */
            message: components["schemas"]["Message"];
            seen_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A message; `type` and `content` are the Cloud API's own. */
        Message: {
            author?: components["schemas"]["Author"] | null;
            /** @description The sender's idempotency key. */
            client_key?: string | null;
            contact_id: components["schemas"]["ContactId"];
            /** @description The Cloud API's object of that type; of an unknown type the whole raw message. */
            content: components["schemas"]["Json"];
            context?: components["schemas"]["Context"] | null;
            conversation_id: components["schemas"]["ConversationId"];
            created_at: components["schemas"]["Timestamp"];
            direction: components["schemas"]["Direction"];
            edited_at?: components["schemas"]["Timestamp"] | null;
            error?: components["schemas"]["Failure"] | null;
            id: components["schemas"]["MessageId"];
            media: components["schemas"]["Media"][];
            /** @description `wamid.…` */
            provider_id?: string | null;
            provider_timestamp?: components["schemas"]["Timestamp"] | null;
            reactions: components["schemas"]["Reaction"][];
            reply_to?: components["schemas"]["ReplyTo"] | null;
            revoked_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The number of the last event that changed this message; a higher one replaces a lower.
             */
            seq: number;
            session_id: components["schemas"]["SessionId"];
            status: components["schemas"]["MessageStatus"];
            /** @description What a person reads: body, caption, button or row title, reaction emoji. */
            text?: string | null;
            /** @description `text`, `image`, `interactive`, … or whatever the provider will invent. */
            type: string;
        };
        /** @example msg_0c3h7k9m2p4r6 */
        MessageId: string;
        /**
         * @description The Cloud API's message object without `to`: `type` (`text`, `image`, `video`, `audio`, `document`, `sticker`, `location`,
         *     `contacts`, `reaction`, `interactive`, `template`), an object of that name, and `context.message_id` to quote a message.
         *     Files are named by the id of `POST /media`: `{"type": "image", "image": {"id": "med_…", "caption": "…"}}`. The type `note` is
         *     for colleagues only, and may call some: `{"type": "note", "text": {"body": "@Ben?", "mentions": ["usr_…"]}}`.
         */
        MessageObject: Record<string, never>;
        /**
         * @description Where a message stands.
         * @enum {string}
         */
        MessageStatus: "received" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "played" | "failed";
        Minute: string;
        /** @description One node. */
        NodeView: {
            /** @description Whether it keeps the organization's waiting lines. */
            keeps_queues: boolean;
            /** @description NODE_NAME. */
            name: string;
            /**
             * Format: int64
             * @description The number that its ids carry.
             */
            number: number;
            report?: components["schemas"]["Report"] | null;
            /**
             * Format: int64
             * @description How long ago it said that it lives, in milliseconds.
             */
            silent_ms: number;
            /** @description `live`, `leaving`, `dead` (silent for too long), or `tool` (an import or the like). */
            standing: string;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description The one that answers this request. */
            this: boolean;
            version: string;
        };
        /** @description How somebody is told what happens while they look elsewhere. */
        Notifications: {
            alerts?: components["schemas"]["Alerts"] | null;
            /** @description On the desktop, where the browser allows it. */
            desktop: boolean;
            /** @description A conversation is given to them. */
            given: boolean;
            /** @description A note calls them. */
            mentions: boolean;
            /** @description A contact writes in a conversation of theirs. */
            messages: boolean;
            /** @description By a sound. */
            sound: boolean;
            /** @description A conversation begins to wait in a team of theirs. */
            waiting: boolean;
        };
        /** @description From when until when a team is at work on a day. */
        Opening: {
            from: components["schemas"]["Minute"];
            /** @description `24:00` is the end of the day. */
            to: components["schemas"]["Minute"];
        };
        /** @example org_0c3h7k9m2p4r6 */
        OrganizationId: string;
        /** @description An organization as its members see it. */
        OrganizationView: {
            id: components["schemas"]["OrganizationId"];
            name: string;
        };
        /**
         * @description How much a conversation hurries; what is waited for goes by it first.
         * @enum {string}
         */
        Priority: "low" | "normal" | "high" | "urgent";
        /** @description The answer to a request that was refused or failed. */
        Problem: {
            /** @description Stable name of the error. */
            code: string;
            /** @description What is special about this case. */
            detail?: string | null;
            errors?: components["schemas"]["FieldError"][];
            /** Format: int32 */
            status: number;
            title: string;
            /** @description Always `about:blank`: the code says what it is. */
            type: string;
        };
        /** @description An entry as admins see it. */
        QuarantineEntry: {
            id: components["schemas"]["QuarantineId"];
            /** @description The payload: JSON as it is, else a JSON string with invalid bytes replaced. */
            payload: components["schemas"]["Json"];
            reason: string;
            received_at: components["schemas"]["Timestamp"];
            resolved_at?: components["schemas"]["Timestamp"] | null;
            session_id?: components["schemas"]["SessionId"] | null;
            source: components["schemas"]["QuarantineSource"];
            /** Format: int32 */
            tries: number;
        };
        /** @example qua_0c3h7k9m2p4r6 */
        QuarantineId: string;
        /**
         * @description Where an entry comes from.
         * @enum {string}
         */
        QuarantineSource: "webhook" | "job";
        /** @description How a team's line fares; `team` null: conversations of no team, which nobody is given. */
        QueueFigures: {
            /** @description The members, and whoever else has open conversations here. Only supervisors see them. */
            agents: components["schemas"]["AgentFigures"][];
            /**
             * @description Conversations that came into the line, by minute; the last is the minute of `at`. Empty for what has no team: it
             *     stands in no line.
             */
            arrivals: number[];
            /** @description When that was. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description Open ones that used up three quarters of the time for a reply or for a solution.
             */
            at_risk: number;
            /**
             * Format: int32
             * @description Open ones that are late.
             */
            breached: number;
            /** @description Whether the team is at work, by its hours. */
            is_open?: boolean;
            longest_wait_since?: components["schemas"]["Timestamp"] | null;
            opens_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int32
             * @description Open conversations that somebody has.
             */
            serving: number;
            /** @description Conversations that somebody took, by minute. */
            taken: number[];
            team?: components["schemas"]["TeamBrief"] | null;
            /**
             * Format: int32
             * @description Of all open ones, those whose contact waits for an answer.
             */
            unanswered: number;
            /**
             * Format: int32
             * @description Open conversations that nobody has.
             */
            waiting: number;
        };
        /** @description The job that does it. */
        Queued: {
            job_id: components["schemas"]["JobId"];
        };
        /** @description How all lines fare. */
        Queues: {
            /** @description Oldest team first; last the conversations of no team. */
            data: components["schemas"]["QueueFigures"][];
        };
        /** @description An emoji on a message. */
        Reaction: {
            by: components["schemas"]["ReactionBy"];
            emoji: string;
        };
        /**
         * @description Whose emoji it is; each side has at most one per message.
         * @enum {string}
         */
        ReactionBy: "contact" | "business";
        /** @description Codes for whoever has lost their app; shown once, each good for one use. */
        RecoveryCodes: {
            recovery_codes: string[];
        };
        /** @description The refresh token of the last answer. */
        Refresh: {
            refresh_token: string;
        };
        /** @description The first user names an organization and an e-mail; all others show an invitation. */
        Register: {
            email?: string | null;
            /** @description The token in the link of an invitation. */
            invitation?: string | null;
            name: string;
            organization?: string | null;
            password: string;
        };
        /** @description The message that this one answers. */
        ReplyTo: {
            direction?: components["schemas"]["Direction"] | null;
            id?: components["schemas"]["MessageId"] | null;
            provider_id: string;
            /** @description A line of the quoted message, when we have it. */
            text?: string | null;
        };
        /** @description How a node fares, as its neighbours show it. */
        Report: {
            /** @description Whether its link to Redis stands and its own channel answers; null without Redis. */
            bus?: boolean | null;
            /**
             * Format: int64
             * @description Entries that wait for the next commit.
             */
            commits_waiting: number;
            /**
             * Format: int64
             * @description Conversations in memory.
             */
            conversations: number;
            /**
             * Format: int64
             * @description Requests that wait for a connection to the database.
             */
            db_waiting?: number;
            /**
             * Format: int64
             * @description Jobs in hand.
             */
            jobs_in_hand: number;
            /** @description Numbers that this node sends for. */
            lines: components["schemas"]["SessionId"][];
            /**
             * Format: int64
             * @description Messages that found a full mailbox since the node started.
             */
            mailbox_full: number;
            /**
             * Format: int64
             * @description Bytes of memory that it holds.
             */
            memory: number;
            /**
             * Format: int64
             * @description Actors that were restarted after a panic since the node started.
             */
            restarts: number;
            /**
             * Format: int64
             * @description Numbers whose actors are in memory.
             */
            sessions: number;
            /**
             * Format: int64
             * @description Open sockets.
             */
            sockets: number;
        };
        /** @description A link, shown once. */
        ResetLink: {
            expires_at: components["schemas"]["Timestamp"];
            url: string;
        };
        /** @description A link's token and the password to be. */
        ResetPassword: {
            password: string;
            token: string;
        };
        /**
         * @description What a person is inside an organization; later roles include the earlier.
         * @enum {string}
         */
        Role: "agent" | "supervisor" | "admin" | "owner";
        /** @description By which rules a team's conversations are given out. */
        Routing: {
            /**
             * Format: int32
             * @description Seconds within which an agent has to accept what they were given, else it goes to somebody else and they are
             *     away, and they are given one at a time; null: what is given is theirs at once.
             */
            accept_seconds?: number | null;
            /** Format: int32 */
            overflow_seconds?: number | null;
            overflow_team_id?: components["schemas"]["TeamId"] | null;
            /**
             * Format: int32
             * @description With `skill_then_load`: when a contact has waited for so long, whoever is there and can do most of what it needs;
             *     null: it waits until whoever in the team can do most of it is there and has room.
             */
            skill_seconds?: number | null;
            strategy: components["schemas"]["Strategy"];
        };
        /** @description A message that waits for its time, or waited. */
        ScheduledMessage: {
            author: components["schemas"]["Author"];
            /** @description Whom the conversation is with. */
            contact: components["schemas"]["ContactBrief"];
            conversation_id: components["schemas"]["ConversationId"];
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["ScheduledMessageId"];
            /** @description As it was given: the Cloud API's message object without `to`. */
            message: components["schemas"]["Json"];
            message_id?: components["schemas"]["MessageId"] | null;
            /** @description Why it was not sent: the code of a refusal (`window_closed` …), `too_late`, `author_gone` or `contact_wrote`. */
            reason?: string | null;
            send_at: components["schemas"]["Timestamp"];
            state: components["schemas"]["ScheduledState"];
            /** @description What a person reads of it. */
            text?: string | null;
            /** @description It is not sent if the contact writes before, since it was left or last changed. */
            unless_reply: boolean;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @example sch_0c3h7k9m2p4r6 */
        ScheduledMessageId: string;
        /**
         * @description How far a message that waits for its time has come.
         * @enum {string}
         */
        ScheduledState: "waiting" | "sending" | "sent" | "failed" | "cancelled";
        /** @description What somebody has seen of a conversation. */
        Seen: {
            conversation_id: components["schemas"]["ConversationId"];
            message_id?: components["schemas"]["MessageId"] | null;
            /** @description They marked it as unread. */
            unread: boolean;
        };
        /** @description A conversation, and what the caller has seen of it. */
        SeenConversation: components["schemas"]["Conversation"] & {
            seen?: components["schemas"]["Seen"] | null;
        };
        /** @description A session as people see it; secrets never appear. */
        Session: {
            business_account_id: string;
            created_at: components["schemas"]["Timestamp"];
            display_phone_number?: string | null;
            health: components["schemas"]["Health"];
            id: components["schemas"]["SessionId"];
            name: string;
            phone_number_id: string;
            /** @description `cloud_api`. */
            provider: string;
            status: components["schemas"]["SessionStatus"];
            updated_at: components["schemas"]["Timestamp"];
            verified_name?: string | null;
            /** @description Shown to admins only. */
            verify_token?: string | null;
            /** @description The callback to enter at the provider. */
            webhook_url: string;
        };
        /** @example ses_0c3h7k9m2p4r6 */
        SessionId: string;
        /**
         * @description Whether a number is in use.
         * @enum {string}
         */
        SessionStatus: "active" | "disabled";
        /** @description How the caller stands from now on. */
        SetStatus: {
            /** @description With the status `away`: because nobody touched the dashboard, rather than by choice. */
            idle?: boolean;
            status: components["schemas"]["AgentStatus"];
        };
        /** @description How this hub stands. */
        Setup: {
            demo?: components["schemas"]["Demo"] | null;
            /** @description Whether the hub can send mail. */
            mail: boolean;
            /** @description Nobody registered yet: whoever comes first founds the organization. */
            registration_open: boolean;
            version: string;
        };
        /** @description What a team promises; all null: nothing. */
        Sla: {
            escalation?: components["schemas"]["Escalation"] | null;
            /**
             * Format: int32
             * @description Seconds within which a contact gets the first answer after the conversation was opened; null: like any other.
             */
            first_reply_seconds?: number | null;
            /** @description Only time within the team's hours counts. */
            in_hours?: boolean;
            /**
             * Format: int32
             * @description Seconds within which a contact who waits is answered.
             */
            reply_seconds?: number | null;
            /**
             * Format: int32
             * @description Seconds within which an opened conversation is closed. Looked at while it is open, not while it is pending or
             *     asleep; but the time goes on.
             */
            resolution_seconds?: number | null;
        };
        /** @description A promise that was not kept. */
        SlaBreach: {
            /** @description When it was found late. */
            at: components["schemas"]["Timestamp"];
            conversation_id: components["schemas"]["ConversationId"];
            due_at: components["schemas"]["Timestamp"];
            goal: components["schemas"]["Goal"];
            id: components["schemas"]["SlaBreachId"];
            team_id?: components["schemas"]["TeamId"] | null;
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @example slb_0c3h7k9m2p4r6 */
        SlaBreachId: string;
        /**
         * @description A promise to the contact of a conversation that is nearly due, or was not kept. It goes when the contact is
         *     answered, or the conversation closed.
         */
        SlaMark: {
            due_at: components["schemas"]["Timestamp"];
            goal: components["schemas"]["Goal"];
            /** @description When the time began. */
            since: components["schemas"]["Timestamp"];
            stage: components["schemas"]["Stage"];
        };
        /**
         * @description By last activity.
         * @enum {string}
         */
        Sort: "newest" | "oldest";
        /**
         * @description How near a deadline is.
         * @enum {string}
         */
        Stage: "warning" | "breached";
        /** @description A message that somebody keeps at hand. */
        StarredMessage: {
            /** @description Whom the conversation is with. */
            contact: components["schemas"]["ContactBrief"];
            message: components["schemas"]["Message"];
            starred_at: components["schemas"]["Timestamp"];
        };
        /**
         * @description Why an agent has a status that they did not choose.
         * @enum {string}
         */
        StatusReason: "idle" | "missed" | "forced";
        /**
         * @description How a team's conversations find their agents.
         * @enum {string}
         */
        Strategy: "manual" | "round_robin" | "least_loaded" | "skill_then_load";
        /** @description A stretch of a text. */
        Stretch: {
            /** @description Whether it is what was looked for. */
            hit: boolean;
            text: string;
        };
        /** @description A tag. */
        Tag: {
            color: components["schemas"]["TagColor"];
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["TagId"];
            name: string;
        };
        /**
         * @description A name for a hue that is readable on light and on dark.
         * @enum {string}
         */
        TagColor: "gray" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
        /** @example tag_0c3h7k9m2p4r6 */
        TagId: string;
        /** @description Whose next conversation. */
        TakeNext: {
            team_id?: components["schemas"]["TeamId"] | null;
        };
        /** @description What was taken. */
        Taken: {
            conversation?: components["schemas"]["Conversation"] | null;
        };
        /** @description A team with its members. */
        Team: {
            /** @description What a contact is told who writes while it is closed; null: nothing. */
            away_message?: string | null;
            created_at: components["schemas"]["Timestamp"];
            hours?: components["schemas"]["Hours"] | null;
            id: components["schemas"]["TeamId"];
            /** @description Oldest colleagues first. */
            members: components["schemas"]["UserBrief"][];
            name: string;
            routing: components["schemas"]["Routing"];
            /** @description Numbers whose conversations are this team's while they have no team. */
            session_ids: components["schemas"]["SessionId"][];
            /** @description What it promises its contacts. */
            sla: components["schemas"]["Sla"];
        };
        /** @description A team as conversations show it. */
        TeamBrief: {
            id: components["schemas"]["TeamId"];
            name: string;
        };
        /** @example team_0c3h7k9m2p4r6 */
        TeamId: string;
        /** @description A message template of a number. */
        Template: {
            /** @description `MARKETING`, `UTILITY` or `AUTHENTICATION`. */
            category: string;
            /** @description The provider's own definition. */
            components: components["schemas"]["Json"];
            id: components["schemas"]["TemplateId"];
            /** @description For example `en_US`. */
            language: string;
            name: string;
            /** @description `POSITIONAL` or `NAMED`. */
            parameter_format: string;
            quality?: string | null;
            session_id: components["schemas"]["SessionId"];
            /** @description `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, … */
            status: string;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @example tpl_0c3h7k9m2p4r6 */
        TemplateId: string;
        /** Format: date-time */
        Timestamp: string;
        /** @description What a client needs to call the API. */
        Tokens: {
            /** @description For `Authorization: Bearer`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds until the access token dies.
             */
            expires_in: number;
            /** @description Good for one use, at `/auth/refresh`. */
            refresh_token: string;
            /** @description Always `Bearer`. */
            token_type: string;
            user: components["schemas"]["UserView"];
        };
        /** @description How the caller's second factor stands. */
        TwoFactor: {
            /** @description Whether a code is asked for at log-in. */
            enabled: boolean;
            /**
             * Format: int64
             * @description Recovery codes that were not used.
             */
            recovery_codes: number;
            since?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What an authenticator app wants to know; shown once. */
        TwoFactorSecret: {
            /** @description The address as a picture to be scanned: SVG. */
            qr: string;
            /** @description To be typed in, in base 32. */
            secret: string;
            /** @description The same and more, for apps on this device (`otpauth://…`). */
            url: string;
        };
        /** @description A user as lists and conversations show them. */
        UserBrief: {
            id: components["schemas"]["UserId"];
            name: string;
        };
        /** @example usr_0c3h7k9m2p4r6 */
        UserId: string;
        /** @description A user as colleagues see them. */
        UserView: {
            created_at: components["schemas"]["Timestamp"];
            /** @description Locked out by an admin. */
            disabled: boolean;
            email: string;
            id: components["schemas"]["UserId"];
            name: string;
            role: components["schemas"]["Role"];
            /** @description Whether a code is asked for besides the password; for admins, and of oneself. */
            two_factor?: boolean | null;
        };
        /** @description A list of conversations under a name. */
        View: {
            filters: components["schemas"]["ViewFilters"];
            id: components["schemas"]["ViewId"];
            name: string;
            owner_id?: components["schemas"]["UserId"] | null;
            /**
             * Format: int64
             * @description Views are shown by it, then by name.
             */
            position: number;
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description Which conversations a view shows, in the words of the inbox's list; what is absent filters nothing. */
        ViewFilters: {
            /** @description `me`, `none`, or a user's id. */
            assignee?: string | null;
            /** @description Who takes part: `me`, or a user's id. */
            participant?: string | null;
            priority?: components["schemas"]["Priority"] | null;
            /** @description A piece of the contact's name, number or username. */
            q?: string | null;
            session?: components["schemas"]["SessionId"] | null;
            sort?: components["schemas"]["Sort"] | null;
            status?: components["schemas"]["ConversationStatus"] | null;
            tag?: components["schemas"]["TagId"] | null;
            /** @description `none`, or a team's id. */
            team?: string | null;
            /** @description True: only what whoever looks has not seen. */
            unseen?: boolean | null;
        };
        /** @example view_0c3h7k9m2p4r6 */
        ViewId: string;
        /** @description A text to be kept. */
        WriteCannedResponse: {
            /** @description Everybody's, which needs a supervisor; else the caller's own. */
            shared?: boolean;
            /** @description What is written after the slash: small letters, digits, `-` and `_`. */
            shortcut: string;
            /**
             * @description With `{{contact.name}}`, `{{contact.first_name}}`, `{{contact.phone}}`, `{{agent.name}}` and
             *     `{{agent.first_name}}` to be filled in.
             */
            text: string;
        };
        /** @description A draft as it is now; what is absent is empty. */
        WriteDraft: {
            /**
             * Format: int64
             * @description The last revision that this device knows: the new one is higher. The last write wins all the same.
             */
            base?: number | null;
            /** @description What this device calls itself, at most 64 characters: it comes back in the frame `draft`. */
            device?: string | null;
            /** @description The note is what is being written. */
            is_note?: boolean;
            /** @description Colleagues whom the note is to call. */
            mentions?: components["schemas"]["UserId"][];
            /** @description Of the note: at most 4096 characters. */
            note_text?: string;
            reply_to?: components["schemas"]["MessageId"] | null;
            /** @description Of the reply: at most 4096 characters. */
            text?: string;
        };
        /** @description A macro to be kept. */
        WriteMacro: {
            /** @description 1 to 10, each kind once; `snooze` and `set_status` do not go together. */
            actions: components["schemas"]["MacroAction"][];
            /** @description At most 60 characters; no two of one owner's, whatever the case. */
            name: string;
            /** @description Everybody's, which needs a supervisor; else the caller's own. */
            shared?: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
