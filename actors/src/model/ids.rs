//! The ids of all nouns; see [`crate::id`] for their form.

use crate::id_type;

id_type!(/// A tenant.
    OrganizationId, "org");
id_type!(/// A person who works in the dashboard.
    UserId, "usr");
id_type!(/// A WhatsApp number connected to the hub.
    SessionId, "ses");
id_type!(/// A person who writes to a number.
    ContactId, "con");
id_type!(/// The one live thread between a contact and a session.
    ConversationId, "cnv");
id_type!(/// One entry of a conversation.
    MessageId, "msg");
id_type!(/// A file that belongs to a message or waits to be sent.
    MediaId, "med");
id_type!(/// One POST to the provider; echoed by it as `biz_opaque_callback_data`.
    AttemptId, "att");
id_type!(/// Something to do, durable.
    JobId, "job");
id_type!(/// A message template of a session.
    TemplateId, "tpl");
id_type!(/// A key for programs.
    ApiKeyId, "key");
id_type!(/// An invitation to join an organization.
    InvitationId, "inv");
id_type!(/// Something that could not be processed and waits for a person.
    QuarantineId, "qua");
id_type!(/// One line of the audit log.
    AuditId, "aud");
id_type!(/// A group of agents.
    TeamId, "team");
id_type!(/// A word that conversations are sorted by.
    TagId, "tag");
id_type!(/// A text that is written with a few letters.
    CannedResponseId, "can");
id_type!(/// A promise that was not kept.
    SlaBreachId, "slb");
id_type!(/// A message that waits for its time.
    ScheduledMessageId, "sch");
id_type!(/// A list of conversations under a name.
    ViewId, "view");
id_type!(/// Steps that are done together.
    MacroId, "mac");
id_type!(/// A log-in and the refresh tokens that descend from it.
    LoginId, "lgn");
