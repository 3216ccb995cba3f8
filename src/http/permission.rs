//! What may be done, and from which role on. A handler names its permission in its signature
//! (`Caller<ManageNumbers>`), so that a route without one does not compile.

use actors::model::user::Role;

/// Something that only some may do.
pub trait Permission: 'static {
    /// The name that people see in the API's description.
    const NAME: &'static str;
    /// The lowest role that has it.
    const ROLE: Role;
}

macro_rules! permissions {
    ($($(#[doc = $about:literal])+ $name:ident $role:ident,)*) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Permission for $name {
                const NAME: &'static str = stringify!($name);
                const ROLE: Role = Role::$role;
            }
        )*

        /// Every permission with its lowest role, in the order of the table.
        pub const ALL: &[(&str, Role)] = &[$((stringify!($name), Role::$role),)*];
    };
}

permissions! {
    /// See and change one's own account, leave.
    UseAccount Agent,
    /// See conversations and their messages.
    ReadConversations Agent,
    /// Change a conversation's status, assignee, team, priority and tags, mark it as read.
    WorkConversations Agent,
    /// Write to contacts, upload what is written with.
    SendMessages Agent,
    /// See contacts.
    ReadContacts Agent,
    /// Rename contacts.
    ChangeContacts Agent,
    /// See the connected numbers.
    ReadNumbers Agent,
    /// See the message templates.
    ReadTemplates Agent,
    /// Fetch the message templates from WhatsApp.
    SyncTemplates Agent,
    /// See the colleagues.
    ReadUsers Agent,
    /// Keep texts of one's own at hand.
    WriteCannedResponses Agent,
    /// Keep lists of conversations of one's own at hand.
    WriteViews Agent,
    /// Keep macros of one's own at hand.
    WriteMacros Agent,
    /// Make, rename and delete tags.
    ManageTags Supervisor,
    /// Make teams and say who is in them.
    ManageTeams Supervisor,
    /// Follow every event of the organization.
    FollowEverything Supervisor,
    /// See which promises were not kept.
    ReadReports Supervisor,
    /// Connect, change and remove numbers; see their verify tokens.
    ManageNumbers Admin,
    /// Change roles, lock people out, make links for new passwords.
    ManageUsers Admin,
    /// Invite people.
    ManageInvitations Admin,
    /// Make and revoke keys for programs.
    ManageApiKeys Admin,
    /// See who changed what.
    ReadAuditLog Admin,
    /// See, replay and discard what could not be processed.
    ManageQuarantine Admin,
    /// See the nodes of this installation.
    ReadCluster Admin,
}

/// Whether `role` has the permission `P`.
pub fn allows<P: Permission>(role: Role) -> bool {
    role >= P::ROLE
}
