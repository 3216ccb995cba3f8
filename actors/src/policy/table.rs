//! The rows, sorted by code. A code that is not here fails with the provider's own words.

use super::{Policy, Reaction};
use crate::model::session::HealthState;

use Reaction::{Fail, Once, Retry, SlowNumber, SlowRecipient};

const STOP_TOKEN: Reaction = Reaction::StopNumber(HealthState::TokenInvalid);
const STOP_BLOCKED: Reaction = Reaction::StopNumber(HealthState::Blocked);
const STOP_LIMITED: Reaction = Reaction::StopNumber(HealthState::Limited);

/// What is done about a code that nobody documented.
pub const UNKNOWN: Policy = Policy {
    first: i64::MIN,
    last: i64::MAX,
    reaction: Fail,
    title: "",
    advice: "WhatsApp did not take the message. Check it before you send it again.",
};

macro_rules! rows {
    ($($first:literal $(- $last:literal)?, $reaction:expr, $title:literal, $advice:literal;)*) => {
        &[$(Policy {
            first: $first,
            last: rows!(@last $first $(, $last)?),
            reaction: $reaction,
            title: $title,
            advice: $advice,
        },)*]
    };
    (@last $first:literal) => { $first };
    (@last $first:literal, $last:literal) => { $last };
}

pub const ROWS: &[Policy] = rows! {
    0, STOP_TOKEN, "WhatsApp does not accept the access token",
        "Nothing can be sent until an admin enters a new access token for the number.";
    1, Once, "WhatsApp could not understand the request or had a problem",
        "Check the message and send it again; if it fails again, tell an admin.";
    2, Retry, "WhatsApp is temporarily unavailable",
        "The hub tried several times. Send it again in some minutes.";
    3, STOP_LIMITED, "The access token lacks a permission",
        "An admin has to give the app the permission whatsapp_business_messaging.";
    4, SlowNumber, "The app makes too many calls to WhatsApp",
        "The hub slowed down and tried again. Send it again in some minutes.";
    10, STOP_LIMITED, "A permission was not given or was taken back",
        "An admin has to renew the app's permissions for this number.";
    33, STOP_BLOCKED, "WhatsApp does not know the number any more",
        "An admin has to check the phone number id, or connect the number again.";
    100, Fail, "Something in the message is not valid",
        "Correct the message and send it again.";
    190, STOP_TOKEN, "The access token has expired or is not valid",
        "Nothing can be sent until an admin enters a new access token for the number.";
    200 - 299, STOP_LIMITED, "The app lacks a permission for this number",
        "An admin has to give the app the missing permission.";
    368, STOP_BLOCKED, "WhatsApp blocked the account for breaking its policies",
        "An admin has to look at the account's quality in WhatsApp Manager and appeal.";
    613, SlowNumber, "Too many calls to WhatsApp",
        "The hub slowed down and tried again. Send it again in some minutes.";
    80007, SlowNumber, "The business account makes too many calls to WhatsApp",
        "The hub slowed down and tried again. Send it again in some minutes.";
    130403, Fail, "This contact is blocked by the business",
        "Unblock the contact before you write to them.";
    130429, SlowNumber, "The number sent too fast",
        "The hub slowed down and tried again. Send it again in a minute.";
    130472, Fail, "The contact is part of an experiment of Meta and gets no marketing",
        "Don't send marketing to this contact for some weeks; an answer to their own message still arrives.";
    130497, Fail, "The business may not write to people in this country",
        "WhatsApp does not allow it for this business; reach the contact another way.";
    131000, Retry, "Something went wrong at WhatsApp",
        "The hub tried several times. Send it again in some minutes.";
    131005, STOP_LIMITED, "WhatsApp denies access",
        "An admin has to renew the app's permissions for this number.";
    131008, Fail, "A required part of the message is missing",
        "Complete the message and send it again.";
    131009, Fail, "A part of the message has a value that is not allowed",
        "Correct the message and send it again. A message older than 30 days can't get a reaction.";
    131016, Retry, "A service of WhatsApp is temporarily unavailable",
        "The hub tried several times. Send it again in some minutes.";
    131020, Fail, "The group does not allow it",
        "Check the group, or write to the contact directly.";
    131021, Fail, "The contact is the sending number itself",
        "Write to another number.";
    131026, Fail, "The message can't be delivered to this contact",
        "The contact may not use WhatsApp, has an old version, has not accepted its terms or has blocked you. Reach them another way.";
    131030, Fail, "The contact is not on the test number's list",
        "An admin has to add the contact's number to the allowed recipients, or use a real number.";
    131031, STOP_BLOCKED, "WhatsApp locked the account",
        "An admin has to look at the account in WhatsApp Manager.";
    131037, STOP_LIMITED, "The number's display name is not approved",
        "An admin has to get a display name approved in WhatsApp Manager.";
    131041, Fail, "The group can't take the message",
        "Check the group, or write to the contact directly.";
    131042, STOP_LIMITED, "There is a problem with the payment",
        "An admin has to check the payment method of the WhatsApp account; answers inside 24 hours may still go.";
    131044, STOP_LIMITED, "There is a problem with the payment for calls",
        "An admin has to check the payment method of the WhatsApp account.";
    131045, STOP_BLOCKED, "The number's registration is not valid",
        "An admin has to register the number again.";
    131047, Fail, "More than 24 hours have passed since the customer wrote",
        "Send a template instead; when the customer answers, you can write freely again.";
    131048, STOP_LIMITED, "Too many people blocked or reported the number",
        "Stop broadcasts for some hours; an admin has to look at the number's quality.";
    131049, Fail, "WhatsApp held it back: the contact gets enough marketing already",
        "Don't send it again within 24 hours. An answer to the contact's own message still arrives.";
    131050, Fail, "The contact does not want marketing messages",
        "Don't send them marketing any more.";
    131051, Fail, "WhatsApp can't send this type of message",
        "Send it in another form, for example as text.";
    131052, Fail, "The customer's file could not be loaded",
        "Ask the customer to send it again, smaller than 100 MB.";
    131053, Once, "The file could not be uploaded to WhatsApp",
        "Check the file's type and size, then send it again.";
    131055, Fail, "This way of sending takes marketing templates only",
        "Send the message in the usual way.";
    131056, SlowRecipient, "Too many messages to this contact in a short time",
        "The hub waited and tried again. Write again in some minutes.";
    131057, SlowNumber, "The number is being upgraded",
        "It takes some minutes at most. Then send it again.";
    131059, Fail, "The list of groups changed while it was read",
        "Try it again.";
    131060, Fail, "The message is not available",
        "WhatsApp could not hand it over; ask the customer to send it again.";
    131062, Fail, "This message needs the contact's phone number",
        "Ask the contact for the phone number; WhatsApp hides it at the moment.";
    131063, STOP_LIMITED, "Marketing templates can't be sent from this number in the usual way",
        "An admin has to enable them in WhatsApp Manager; other messages still go.";
    131064, STOP_LIMITED, "The number reached its limit because templates were in the wrong category",
        "Wait some hours; an admin has to check the templates' categories.";
    131201 - 131207, Fail, "The group does not allow it",
        "Check the group's settings and members.";
    131208, SlowRecipient, "Too many messages to this group in a short time",
        "Wait some minutes, then send it again.";
    131209 - 131215, Fail, "The group does not allow it",
        "Check the group's settings and members.";
    132000, Fail, "The template needs another number of values",
        "Fill in every value of the template and send it again.";
    132001, Fail, "The template does not exist in this language or is not approved",
        "Refresh the templates and choose an approved one.";
    132005, Fail, "The template with its values is too long",
        "Use shorter values.";
    132007, Fail, "The template breaks WhatsApp's rules on format or characters",
        "Remove line breaks, tabs and runs of blanks from the values, or choose another template.";
    132008, Fail, "A value of the template has the wrong format",
        "Correct the values and send it again.";
    132012, Fail, "A value of the template has the wrong format",
        "Correct the values and send it again.";
    132015, Fail, "The template is paused because of low quality",
        "Choose another template, or wait until WhatsApp allows this one again.";
    132016, Fail, "WhatsApp disabled the template for good",
        "Choose another template.";
    132068, Fail, "The flow in the message is blocked",
        "An admin has to repair the flow in WhatsApp Manager.";
    132069, SlowRecipient, "The flow in the message is throttled",
        "Only 10 of them can be sent per hour. Send it again later.";
    133000, STOP_LIMITED, "The number's last deregistration was not finished",
        "An admin has to deregister the number again.";
    133004, Retry, "WhatsApp is temporarily unavailable",
        "The hub tried several times. Send it again in some minutes.";
    133005, Fail, "The PIN of the two-step verification is wrong",
        "An admin has to enter the right PIN.";
    133006, STOP_BLOCKED, "The number must be verified first",
        "An admin has to verify the number in WhatsApp Manager.";
    133008 - 133009, Fail, "The PIN was guessed too often or too fast",
        "An admin has to wait as long as WhatsApp says and try again.";
    133010, STOP_BLOCKED, "The number is not registered",
        "An admin has to register the number.";
    133015, Fail, "The number was deleted a moment ago",
        "Wait five minutes and try again.";
    133016, Fail, "The number was registered and deregistered too often",
        "An admin has to wait 72 hours.";
    134011, STOP_LIMITED, "WhatsApp's terms of payment are not accepted",
        "An admin has to accept them in WhatsApp Manager.";
    134100, Fail, "This way of sending takes marketing templates only",
        "Choose a marketing template, or send the message in the usual way.";
    134101, Fail, "The template is still being prepared",
        "It takes up to 10 minutes. Then send it again.";
    134102, Fail, "The template can't be used",
        "Choose another template; an admin has to look at this one in WhatsApp Manager.";
    135000, Fail, "WhatsApp did not understand a part of the message",
        "Check the message and send it again.";
    136024 - 136025, Fail, "The number's code could not be asked for or checked",
        "An admin has to follow what WhatsApp says and try again.";
    137000, Fail, "The contact's identity has changed",
        "Make sure that it is still the same person, then write again.";
    138000 - 138018, Fail, "The call is not possible",
        "Ask the contact for permission to call, or write instead.";
    139000 - 139004, Fail, "The flow can't be used",
        "An admin has to look at the flow in WhatsApp Manager.";
    139100 - 139103, Fail, "Not all contacts could be blocked or unblocked",
        "Only contacts who wrote in the last 24 hours can be blocked. Try it again.";
    141000, STOP_LIMITED, "The number's health does not allow sending",
        "An admin has to look at the number in WhatsApp Manager.";
    147001 - 147005, Fail, "The business username can't be used like this",
        "An admin has to choose another username.";
    2388019, Fail, "The account has as many templates as allowed",
        "Delete templates that nobody uses.";
    2388040, Fail, "A text of the template is too long",
        "Shorten it.";
    2388047, Fail, "The template's header is not formatted right",
        "Correct the header.";
    2388072, Fail, "The template's body is not formatted right",
        "Correct the body.";
    2388073, Fail, "The template's footer is not formatted right",
        "Correct the footer.";
    2388293, Fail, "The template has too many variables for its length",
        "Write more text or use fewer variables.";
    2388299, Fail, "The template begins or ends with a variable",
        "Put words before and after it.";
    2494100, SlowNumber, "The number is in maintenance",
        "It takes some minutes. Then send it again.";
    2593107 - 2593108, Fail, "The phone app's contacts and history can't be asked for again",
        "That is possible once, within 24 hours after the number was connected.";
    2593109, Fail, "The customer does not share the history of the phone app",
        "Older messages stay on the phone.";
};
